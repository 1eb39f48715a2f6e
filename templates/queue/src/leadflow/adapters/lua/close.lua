-- A person closes the breaker: calls start again, and every result of before is late.
-- KEYS  gate, breaker
redis.call('HDEL', KEYS[1], 'isolated')
local breaker = load_breaker(KEYS[2])
become(breaker, 'closed', 0)
save_breaker(breaker)
return breaker.generation
