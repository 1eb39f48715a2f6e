-- Credits in whole thousandths and actions, by day and by month; submissions by webhook, for life.
local function month_of(day)
  return string.sub(day, 1, 7)
end

local function reserved(keys, period, what)
  return tonumber(redis.call('HGET', keys.budget, period .. ':' .. what) or 0)
end

local function standing(keys, day)
  local month = month_of(day)
  return {
    daily_credits = reserved(keys, day, 'credits'),
    daily_actions = reserved(keys, day, 'actions'),
    monthly_credits = reserved(keys, month, 'credits'),
    monthly_actions = reserved(keys, month, 'actions'),
  }
end

local function is_over(used, caps, cost)
  for name, cap in pairs(caps) do
    local more = cost[string.match(name, '_(%a+)$')]
    if used[name] + more > cap then return true end
  end
  return false
end

local function with_life(keys, webhook_ids, life)
  for _, webhook_id in ipairs(webhook_ids) do
    local used = tonumber(redis.call('HGET', keys.webhooks, 'used:' .. webhook_id) or 0)
    local is_full = redis.call('HEXISTS', keys.webhooks, 'full:' .. webhook_id) == 1
    if used < life and not is_full then return webhook_id end
  end
end

-- Take one call's worst case, with a sign of 1, or give it back, with -1.
local function charge(keys, taken, sign)
  for _, period in ipairs({taken.day, month_of(taken.day)}) do
    redis.call('HINCRBY', keys.budget, period .. ':credits', sign * taken.credits)
    redis.call('HINCRBY', keys.budget, period .. ':actions', sign * taken.actions)
  end
  redis.call('HINCRBY', keys.webhooks, 'used:' .. taken.webhook_id, sign)
end
