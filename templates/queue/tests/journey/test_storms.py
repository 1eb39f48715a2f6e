"""The server dies again and again under load: what it acknowledged is stored and done once."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

from harness.callers import Callback, calling
from harness.journey import World
from harness.people import people
from harness.power_loss import PowerLoss, built_shim
from harness.sent import in_database, in_inbox
from harness.server import until

CONNECTIONS = 64
LONGEST_PAUSE_SECONDS = 0.05
LATENCY_SECONDS = 0.01  # so that a kill leaves something half done
OUTREACH_CONCURRENCY = 4  # of destinations.yaml
SCRATCH = """
import sqlite3, sys
scratch = sqlite3.connect(sys.argv[1], isolation_level=None)
scratch.execute("PRAGMA journal_mode = WAL")
scratch.execute(f"PRAGMA synchronous = {sys.argv[2]}")
scratch.execute("CREATE TABLE IF NOT EXISTS row (number INTEGER)")
for number in range(1_000_000):
    scratch.execute("INSERT INTO row VALUES (?)", (number,))
    print(number, flush=True)
"""


class Storm(NamedTuple):
    """How bad it is to be."""

    leads: int
    kills: int
    seconds: float  # that it may take


SHORT = Storm(leads=600, kills=3, seconds=60)
LONG = Storm(leads=10_000, kills=20, seconds=500)
NO_CUT: Callable[[], object] = lambda: None  # noqa: E731 - nothing but the kill


def test_after_kills_nothing_acknowledged_is_lost_and_nobody_is_enrolled_twice(
    world: World,
) -> None:
    weather(world, SHORT)


@pytest.mark.long
def test_after_twenty_kills_under_10000_callbacks_nothing_is_lost_or_done_twice(
    world: World,
) -> None:
    weather(world, LONG)


@pytest.mark.case(56)
def test_after_power_cuts_nothing_acknowledged_is_lost_and_nobody_is_enrolled_twice(
    world: World, tmp_path: Path
) -> None:
    weather(world, SHORT, shim=built_shim(tmp_path))


@pytest.mark.long
@pytest.mark.case(56)
def test_after_twenty_power_cuts_under_10000_callbacks_nothing_is_lost_or_done_twice(
    world: World, tmp_path: Path
) -> None:
    weather(world, LONG, shim=built_shim(tmp_path))


@pytest.mark.parametrize(("synchronous", "loses"), [("NORMAL", True), ("FULL", False)])
def test_the_power_cut_takes_what_was_not_synced_and_nothing_else(
    tmp_path: Path, synchronous: str, *, loses: bool
) -> None:
    folder = tmp_path / "scratch"
    folder.mkdir()
    power = PowerLoss(folder, tmp_path / "synced", built_shim(tmp_path))
    database = folder / "scratch.sqlite"

    acknowledged = killed_after(400, database, synchronous, power)
    power.cut()

    with closing(sqlite3.connect(database)) as scratch:
        try:
            (kept,) = scratch.execute("SELECT count(*) FROM row").fetchone()
        except sqlite3.OperationalError:  # not even the table was synced
            kept = 0
    print(f"synchronous={synchronous}: {acknowledged} acknowledged, {kept} kept")
    assert (kept < acknowledged) is loses


def killed_after(count: int, database: Path, synchronous: str, power: PowerLoss) -> int:
    """Let a program store rows one by one and kill it; return how many it called stored."""
    with subprocess.Popen(
        [sys.executable, "-c", SCRATCH, str(database), synchronous],
        env=power.environ,
        stdout=subprocess.PIPE,
        text=True,
    ) as program:
        assert program.stdout
        try:
            for _ in range(count):
                program.stdout.readline()
        finally:
            program.kill()
        return count + program.stdout.read().count("\n")


def weather(world: World, storm: Storm, *, shim: Path | None = None) -> None:
    """Call back about every lead while the server is killed at random moments; then look."""
    seed = random.randrange(1_000_000)
    print(f"seed {seed}")
    chance = random.Random(seed)
    callbacks = world.have_sent(people(storm.leads))
    world.fakes.outreach.fault(latency_seconds=LATENCY_SECONDS)
    chance.shuffle(callbacks)
    power = None
    if shim is not None:
        power = PowerLoss(world.workspace.folder, world.logs.parent / "synced", shim)

    cuts = strike(world, storm, callbacks, chance, power)
    stored = in_inbox(world.store)
    assert {callback.lead_id for callback in callbacks} - {*stored} == set()  # all acknowledged
    world.wait_until_settled()

    if power:
        print(f"files that the power cuts took something from: {cuts}")
    check(world, storm, {callback.lead_id for callback in callbacks})


def strike(
    world: World,
    storm: Storm,
    callbacks: Sequence[Callback],
    chance: random.Random,
    power: PowerLoss | None,
) -> int:
    """Kill at moments spread over callbacks and deliveries; return what the power cuts changed."""
    cuts = 0
    server = world.serve(extra=power.environ if power else None)
    # A callback counts once when it is acknowledged, and once when it is in the CRM.
    moments = sorted(chance.sample(range(2 * storm.leads * 9 // 10), storm.kills))
    with calling(
        callbacks,
        server.port,
        secret=world.secret,
        connections=CONNECTIONS,
        seconds=storm.seconds,
    ) as callers:
        for moment in moments:

            def is_due(moment: int = moment) -> bool:
                return callers.count + len(world.fakes.hubspot.records) >= moment

            until(is_due, f"{moment} things done", seconds=storm.seconds)
            time.sleep(chance.uniform(0, LONGEST_PAUSE_SECONDS))  # in the midst of whatever it does
            server.kill()
            cuts += power.cut() if power else 0
            server.start()
    assert set(callers.answers) <= {0, 200, 429}, callers.answers
    assert set(callers.acknowledged.values()) == {1}
    print(f"answers {dict(callers.answers)}, slowest {callers.slowest_seconds:.2f} s")
    return cuts


def check(world: World, storm: Storm, leads: set[str]) -> None:
    """Hold what was done outside against what is believed inside."""
    enrolments = world.fakes.outreach.enrolments
    stored, enriched, unknown = in_inbox(world.store), in_database(world.store), world.unknown()
    missing = leads - set(enrolments)
    print(
        f"{len(stored)} stored, {len(world.fakes.hubspot.records)} in the CRM, "
        f"{len(enriched)} in the database, {enrolments.total()} enrolled, "
        f"{len(missing)} not, {len(unknown)} unknown after {storm.kills} kills"
    )
    assert sorted(stored) == sorted(leads)
    assert len(world.fakes.hubspot.records) == len(leads)
    assert sorted(enriched) == sorted(leads)
    assert max(enrolments.values()) == 1
    assert missing <= unknown
    assert len(missing) <= storm.kills * OUTREACH_CONCURRENCY
    # As many again were answered, and were on their way to the disk.
    assert len(unknown) <= storm.kills * OUTREACH_CONCURRENCY * 2
    journey = world.journey()
    assert (journey["delivered"], journey["unknown"]) == (len(leads) - len(unknown), len(unknown))
    assert world.leadflow("status", "--check").returncode == (1 if unknown else 0)
