-- May the numbers be believed? They may when they carry the mark that the client knows, when none of
-- the hashes is gone, when they are not older than what the client has seen, and when somebody has
-- compared them with the ledger since this server started.
local function run_id()
  return string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
end

local function distrust(keys, known)
  local mark = redis.call('HGET', keys.gate, 'epoch')
  if not mark then return 'uninitialised', '' end
  for _, key in ipairs({keys.breaker, keys.budget, keys.webhooks}) do
    if redis.call('HGET', key, 'epoch') ~= mark then return 'uninitialised', key end
  end
  if mark ~= known.epoch then return 'unknown', mark end
  local fault = redis.call('HGET', keys.gate, 'condemned')
  if fault then return 'older', fault end
  local sequence = tonumber(redis.call('HGET', keys.gate, 'sequence') or 0)
  if sequence < known.sequence then
    local gap = 'change ' .. sequence .. ' of ' .. known.sequence
    redis.call('HSET', keys.gate, 'condemned', gap) -- so that nobody else believes them either
    return 'older', gap
  end
  if redis.call('HGET', keys.gate, 'verified') ~= run_id() then return 'unverified', mark end
end
