-- How a call to this destination ended.
-- KEYS  breaker of the destination
-- ARGV  {feeds = good | bad | free | none, generation, pause, jitter, rules}
local told, now = cjson.decode(ARGV[1]), clock()
local rules, breaker = told.rules, load_breaker(KEYS[1])
local before = breaker.state
if told.pause then
  local paused_until = tonumber(redis.call('HGET', KEYS[1], 'paused_until') or 0)
  redis.call('HSET', KEYS[1], 'paused_until', math.max(paused_until, now + told.pause))
end
if told.feeds == 'good' then
  on_success(breaker, rules.breaker, now, told.generation)
elseif told.feeds == 'bad' then
  on_failure(breaker, rules.breaker, now, told.generation, told.jitter)
elseif told.feeds == 'free' then
  free_probe(breaker, told.generation)
end
if told.feeds ~= 'none' then save_breaker(breaker) end
return {before, breaker.state, closed_to_calls(breaker, rules.breaker, now)}
