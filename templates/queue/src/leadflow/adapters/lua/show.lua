-- Everything the gate holds, as of one moment; nothing changes.
-- KEYS  gate, breaker, budget, webhooks
local held = {clock(), run_id()}
for _, key in ipairs(KEYS) do table.insert(held, redis.call('HGETALL', key)) end
return held
