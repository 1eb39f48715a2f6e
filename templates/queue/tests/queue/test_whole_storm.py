"""Everything at once, over the whole program: kills, freezes, a Redis that is killed.

The seed is printed, so that a failure can be repeated: STORM_SEED=7 pytest -k whole_storm.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.journey import world_in
from harness.storm_account import check
from harness.valkey import ValkeyPlace
from harness.weather import Weather
from harness.whole_storm import weathered

SHORT = Weather(
    seconds=10,
    leads=60,
    workers=2,
    calls_per_second=10,
    calm_seconds=1.5,
    freeze_seconds=3.0,
    redis_kills=1,
    spare_calls=100,
    clay_seconds=0.5,
    awaits_leases=False,
)


@pytest.mark.case(35)
def test_in_a_storm_every_lead_gets_through_once(
    tmp_path: Path, valkey: ValkeyPlace, postgres_url: str
) -> None:
    with world_in(tmp_path, url=postgres_url) as world:
        check(weathered(world, valkey, SHORT))
