"""Five minutes of kills and freezes over the whole program, with Redis killed twice.

The seed is printed, so that a failure can be repeated: STORM_SEED=7 pytest -m long -k queue_storm.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.journey import world_in
from harness.storm_account import check
from harness.valkey import ValkeyPlace
from harness.weather import Weather
from harness.whole_storm import weathered

LONG = Weather(
    seconds=300,
    leads=500,
    workers=4,
    calls_per_second=2,
    calm_seconds=6.0,
    freeze_seconds=7.0,
    redis_kills=2,
    spare_calls=250,
    clay_seconds=1.0,
    awaits_leases=True,
)


@pytest.mark.long
@pytest.mark.case(35)
def test_after_five_minutes_of_storm_every_one_of_500_leads_got_through_once(
    tmp_path: Path, valkey: ValkeyPlace, postgres_url: str
) -> None:
    with world_in(tmp_path, url=postgres_url) as world:
        check(weathered(world, valkey, LONG))
