-- May a call to Clay start now? Everything is looked at first, and only a grant changes anything.
-- KEYS  gate, breaker, budget, webhooks, leave
-- ARGV  {known = {epoch, sequence}, webhook_ids, rules}
local keys = {gate = KEYS[1], breaker = KEYS[2], budget = KEYS[3], webhooks = KEYS[4]}
local asked, now = cjson.decode(ARGV[1]), clock()
local rules = asked.rules

local function refused(reason, left, detail)
  local sequence = tonumber(redis.call('HGET', keys.gate, 'sequence') or 0)
  return {'refused', sequence, reason, left, detail or ''}
end

local function granted(leave, sequence)
  return {
    'granted', sequence, leave.webhook_id, leave.generation, leave.is_probe, leave.granted_at
  }
end

local known = redis.call('GET', KEYS[5]) -- asked again, because the answer was lost
if known then
  return granted(cjson.decode(known), tonumber(redis.call('HGET', keys.gate, 'sequence') or 0))
end

local fault, detail = distrust(keys, asked.known)
if fault then return refused(fault, 0, detail) end

local isolated = redis.call('HGET', keys.gate, 'isolated')
if isolated then return refused('isolated', 0, isolated) end

-- Believe nothing of the far future: the clock may have been set back since.
local paused_until = tonumber(redis.call('HGET', keys.gate, 'paused_until') or 0)
local pause = math.min(paused_until - now, rules.longest_pause)
if pause > 0 then return refused('paused', pause) end

local breaker = load_breaker(keys.breaker)
local left = closed_to_calls(breaker, rules.breaker, now)
if left > 0 then return refused('open', left) end

local day = day_of(now)
local used = standing(keys, day)
if is_over(used, rules.caps, rules.cost) then
  return refused('budget', 0, cjson.encode(used))
end
local webhook_id = with_life(keys, asked.webhook_ids, rules.webhook_life)
if not webhook_id then return refused('webhooks', 0) end

local latest = now + rules.tolerance + rules.interval
local tat = math.min(tonumber(redis.call('HGET', keys.gate, 'tat') or 0), latest)
if tat - rules.tolerance > now then return refused('rate', tat - rules.tolerance - now) end

if breaker.state ~= 'closed' then
  admit(breaker, now)
  save_breaker(breaker)
end
local leave = {
  epoch = asked.known.epoch,
  day = day,
  credits = rules.cost.credits,
  actions = rules.cost.actions,
  webhook_id = webhook_id,
  generation = breaker.generation,
  is_probe = breaker.state == 'half-open' and 1 or 0,
  granted_at = string.format('%.0f', now), -- as text: cjson keeps 14 digits of a number
}
charge(keys, leave, 1)
redis.call('SET', KEYS[5], cjson.encode(leave), 'PX', rules.leave_milliseconds)
redis.call('HSET', keys.gate, 'tat', math.max(tat, now) + rules.interval)
return granted(leave, redis.call('HINCRBY', keys.gate, 'sequence', 1))
