-- Put the ledger's numbers here, under a new mark. Where a higher number stands it stays: it counts
-- calls whose end nobody has seen.
-- KEYS  gate, breaker, budget, webhooks
-- ARGV  {epoch, budget = {field = number}, webhooks = {field = number}, pause}
local keys = {gate = KEYS[1], breaker = KEYS[2], budget = KEYS[3], webhooks = KEYS[4]}
local told, now = cjson.decode(ARGV[1]), clock()

local function raise(key, numbers)
  for field, number in pairs(numbers) do
    local before = tonumber(redis.call('HGET', key, field) or 0)
    redis.call('HSET', key, field, math.max(before, number))
  end
end
raise(keys.budget, told.budget)
raise(keys.webhooks, told.webhooks)

for _, field in ipairs(redis.call('HKEYS', keys.webhooks)) do
  if string.sub(field, 1, 5) == 'full:' then redis.call('HDEL', keys.webhooks, field) end
end
for _, key in pairs(keys) do redis.call('HSET', key, 'epoch', told.epoch) end

-- Nobody knows what was granted within the last second.
local paused_until = tonumber(redis.call('HGET', keys.gate, 'paused_until') or 0)
redis.call('HSET', keys.gate, 'paused_until', math.max(paused_until, now + told.pause))
redis.call('HSET', keys.gate, 'verified', run_id())
redis.call('HDEL', keys.gate, 'condemned')
return redis.call('HINCRBY', keys.gate, 'sequence', 1)
