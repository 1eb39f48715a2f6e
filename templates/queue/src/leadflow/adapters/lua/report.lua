-- How a call ended. Only the first report of a leave changes anything.
-- KEYS  gate, breaker, budget, webhooks, leave
-- ARGV  {is_charged, feeds = good | bad | free | none, is_full, pause, jitter, rules}
local keys = {gate = KEYS[1], breaker = KEYS[2], budget = KEYS[3], webhooks = KEYS[4]}
local told, now = cjson.decode(ARGV[1]), clock()
local rules = told.rules

local found = redis.call('GET', KEYS[5])
if not found then -- reported before, or so long ago that what it took stays taken
  return tonumber(redis.call('HGET', keys.gate, 'sequence') or 0)
end
redis.call('DEL', KEYS[5])
local leave = cjson.decode(found)

-- What was taken before the numbers were put there anew is in them, or it is not: nobody can tell.
local is_of_now = redis.call('HGET', keys.gate, 'epoch') == leave.epoch
if is_of_now and not told.is_charged then charge(keys, leave, -1) end
if told.is_full then redis.call('HSET', keys.webhooks, 'full:' .. leave.webhook_id, 1) end
if told.pause then
  local before = tonumber(redis.call('HGET', keys.gate, 'paused_until') or 0)
  redis.call('HSET', keys.gate, 'paused_until', math.max(before, now + told.pause))
end

local breaker = load_breaker(keys.breaker)
if told.feeds == 'good' then
  on_success(breaker, rules.breaker, now, leave.generation)
elseif told.feeds == 'bad' then
  on_failure(breaker, rules.breaker, now, leave.generation, told.jitter)
elseif told.feeds == 'free' then
  free_probe(breaker, leave.generation)
end
if told.feeds ~= 'none' then save_breaker(breaker) end
return redis.call('HINCRBY', keys.gate, 'sequence', 1)
