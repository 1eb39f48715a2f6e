-- The circuit breaker of domain/circuit_breaker.py, kept in a hash; times in whole microseconds.
-- The rules come with each call. A time of 0 stands for none.
local COUNTS = {
  'generation', 'failures_in_a_row', 'openings', 'open_until', 'good_probes', 'probe_started_at'
}

local function load_breaker(key)
  local breaker = {
    key = key,
    state = redis.call('HGET', key, 'state') or 'closed',
    recent = cjson.decode(redis.call('HGET', key, 'recent') or '[]'), -- {second, calls, failures}
  }
  for _, name in ipairs(COUNTS) do
    breaker[name] = tonumber(redis.call('HGET', key, name) or 0)
  end
  return breaker
end

local function save_breaker(breaker)
  local recent = cjson.encode(breaker.recent)
  redis.call('HSET', breaker.key, 'state', breaker.state, 'recent', recent)
  for _, name in ipairs(COUNTS) do
    redis.call('HSET', breaker.key, name, breaker[name])
  end
end

-- Forget everything but the number of changes, and how often it opened without closing in between.
local function become(breaker, state, openings)
  breaker.state, breaker.openings = state, openings
  breaker.generation = breaker.generation + 1
  breaker.failures_in_a_row, breaker.recent = 0, {}
  breaker.open_until, breaker.good_probes, breaker.probe_started_at = 0, 0, 0
end

-- How long no call may start; 0 when one may.
local function closed_to_calls(breaker, rules, now)
  local opens_at = 0
  if breaker.state == 'open' then
    opens_at = breaker.open_until
  elseif breaker.state == 'half-open' and breaker.probe_started_at > 0 then
    opens_at = breaker.probe_started_at + rules.probe
  end
  return math.max(0, opens_at - now)
end

-- One call starts while the breaker is not closed. A new generation, unless this probe follows one that has reported.
local function admit(breaker, now)
  local is_next_probe = breaker.state == 'half-open' and breaker.probe_started_at == 0
  if not is_next_probe then
    breaker.state, breaker.good_probes = 'half-open', 0
    breaker.generation = breaker.generation + 1
  end
  breaker.probe_started_at = now
end

local function count_call(breaker, rules, now, failures)
  local second, calls, kept = math.floor(now / 1000000), 1, {}
  for _, one in ipairs(breaker.recent) do
    if one[1] == second then
      calls, failures = calls + one[2], failures + one[3]
    elseif second - rules.window_seconds < one[1] and one[1] < second then
      table.insert(kept, one)
    end
  end
  table.insert(kept, {second, calls, failures})
  breaker.recent = kept
end

local function fails_too_often(breaker, rules)
  if breaker.failures_in_a_row >= rules.failures_in_a_row then return true end
  local calls, failures = 0, 0
  for _, one in ipairs(breaker.recent) do
    calls, failures = calls + one[2], failures + one[3]
  end
  return calls >= rules.fewest_calls and failures >= rules.failing_share * calls
end

local function open(breaker, rules, now, jitter)
  local openings = breaker.openings + 1
  local doubled = rules.open * 2 ^ math.min(openings - 1, 62)
  local wait = math.min(rules.longest_open, doubled) * (1 - rules.jitter_share * jitter)
  become(breaker, 'open', openings)
  breaker.open_until = now + math.floor(wait + 0.5)
end

-- A result counts only in the state its call was admitted in.
local function is_late(breaker, generation)
  return breaker.state == 'open' or breaker.generation ~= generation
end

local function on_success(breaker, rules, now, generation)
  if is_late(breaker, generation) then return end
  if breaker.state == 'closed' then
    count_call(breaker, rules, now, 0)
    breaker.failures_in_a_row = 0
  elseif breaker.good_probes + 1 < rules.good_probes then
    breaker.good_probes, breaker.probe_started_at = breaker.good_probes + 1, 0
  else
    become(breaker, 'closed', 0)
  end
end

local function on_failure(breaker, rules, now, generation, jitter)
  if is_late(breaker, generation) then return end
  if breaker.state == 'closed' then
    count_call(breaker, rules, now, 1)
    breaker.failures_in_a_row = breaker.failures_in_a_row + 1
    if not fails_too_often(breaker, rules) then return end
  end
  open(breaker, rules, now, jitter)
end

-- A probe that was not made leaves its place to another.
local function free_probe(breaker, generation)
  if breaker.generation == generation then breaker.probe_started_at = 0 end
end
