-- The day of a moment, by UTC's calendar: "2026-11-27". Redis has no date function, so the days are
-- counted from 1 March 0000, which puts the leap day at the end of a year.
local function day_of(now)
  local days = math.floor(now / 86400000000) + 719468
  local era = math.floor(days / 146097) -- 400 years, after which the calendar repeats itself
  local day_of_era = days - era * 146097
  local leap_days = math.floor(day_of_era / 1460) - math.floor(day_of_era / 36524)
    + math.floor(day_of_era / 146096)
  local year_of_era = math.floor((day_of_era - leap_days) / 365)
  local day_of_year = day_of_era
    - (365 * year_of_era + math.floor(year_of_era / 4) - math.floor(year_of_era / 100))
  local month = math.floor((5 * day_of_year + 2) / 153) -- from March on
  local day = day_of_year - math.floor((153 * month + 2) / 5) + 1
  local year = year_of_era + era * 400
  if month < 10 then month = month + 3 else month, year = month - 9, year + 1 end
  return string.format('%04d-%02d-%02d', year, month, day)
end
