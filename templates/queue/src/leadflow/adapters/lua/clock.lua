-- The server's own clock, in whole microseconds since 1970: no worker's clock decides anything.
local function clock()
  local time = redis.call('TIME')
  return time[1] * 1000000 + time[2]
end
