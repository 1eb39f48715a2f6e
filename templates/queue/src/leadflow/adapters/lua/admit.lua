-- May a call to this destination start now?
-- KEYS  breaker of the destination
-- ARGV  {rules}
local rules, now = cjson.decode(ARGV[1]).rules, clock()
local breaker = load_breaker(KEYS[1])
local paused_until = tonumber(redis.call('HGET', KEYS[1], 'paused_until') or 0)
local pause = math.min(paused_until - now, rules.longest_pause)
local left = math.max(pause, closed_to_calls(breaker, rules.breaker, now))
if left > 0 then return {0, breaker.state, left} end
if breaker.state ~= 'closed' then
  admit(breaker, now)
  save_breaker(breaker)
end
return {1, breaker.state, breaker.generation}
