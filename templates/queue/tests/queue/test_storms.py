"""Everything at once: workers killed and frozen, Redis killed, and each lead accounted for.

The seed is printed, so that a failure can be repeated: STORM_SEED=7 pytest -k storm.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import pytest

from harness.queue_world import QueueWorld, WorkerProcess, job_of
from harness.sender import Sender
from harness.server import until
from leadflow.domain.errors import LeadflowError, QueueAway

WORKERS = 4


class Weather(NamedTuple):
    """How long, over how many leads, and how fast they are sent."""

    seconds: float
    leads: int
    calls_per_second: int
    calm_seconds: float  # between two blows, at most


@dataclass
class Storm:
    """Kills and freezes workers at random, and starts another for each that is gone."""

    world: QueueWorld
    chance: random.Random
    alive: list[WorkerProcess] = field(default_factory=list)
    kills: int = 0
    freezes: int = 0

    def keep_alive(self) -> None:
        self.alive = [worker for worker in self.alive if worker.process.poll() is None]
        while len(self.alive) < WORKERS:
            self.alive.append(self.world.start())

    def blow(self) -> None:
        victim = self.chance.choice(self.alive)
        if self.chance.random() < 0.6:
            victim.kill()
            self.kills += 1
            return
        victim.freeze()
        self.freezes += 1
        time.sleep(self.chance.uniform(0.5, 7))  # the lock is 5 s long
        victim.thaw()

    def kill_redis(self) -> None:
        self.world.valkey.kill()
        time.sleep(self.chance.uniform(0.5, 3))
        self.world.valkey.restart()

    @property
    def blows(self) -> int:
        return self.kills + self.freezes


@pytest.mark.case(35)
@pytest.mark.parametrize("repeats", [False, True], ids=["park", "retry"])
@pytest.mark.parametrize(
    "weather",
    [
        pytest.param(Weather(20, 80, 5, 2.0), id="20 s"),
        pytest.param(Weather(300, 500, 2, 6.0), id="5 min", marks=pytest.mark.long),
    ],
)
def test_in_a_storm_of_kills_no_lead_is_lost(
    shared: QueueWorld, weather: Weather, *, repeats: bool
) -> None:
    seed = int(os.environ.get("STORM_SEED", random.randrange(10_000)))
    print(f"STORM_SEED={seed}")
    chance, cap = random.Random(seed), (weather.leads + 400) * 6
    shared.with_plan(
        calls_per_second=weather.calls_per_second, repeats_unknown=repeats, daily_credits=cap
    )
    shared.prepare(weather.leads)
    shared.clay.control.set_faults("latency,seconds=1")  # so that whoever dies has jobs in hand
    storm, most_reserved = Storm(shared, chance), 0.0

    for is_redis in blows(weather, chance):
        storm.keep_alive()
        if is_redis:
            storm.kill_redis()
        else:
            storm.blow()
        most_reserved = max(most_reserved, reserved(shared))
    storm.keep_alive()
    shared.settle(seconds=weather.leads / weather.calls_per_second + 120)

    states, rows, dead = shared.states(), shared.rows(), shared.failed()
    executions = sum(attempts for _, _, attempts, _ in shared.leads())
    print(
        f"{storm.kills} kills, {storm.freezes} freezes, Redis killed twice: {dict(states)}, "
        f"{rows.total()} rows, {executions} executions, {len(dead)} dead, "
        f"{most_reserved:g} of {cap} credits"
    )
    settled = states["sent"] + states["unknown"]
    waiting = [lead_id for lead_id, state, *_ in shared.leads() if state in ("waiting", "failed")]
    assert states["sending"] == 0
    assert settled + len(waiting) == weather.leads
    assert set(waiting) <= set(dead)  # who beat a worker to death three times is dead, not lost
    assert executions <= weather.leads + storm.blows * shared.plan.concurrency
    assert most_reserved <= cap
    if repeats:
        assert states["unknown"] == len([d for d in dead if d not in waiting])
    else:
        assert max(rows.values()) == 1
    # Who dies between the gate's leave and the ledger's claim leaves a charge that stands.
    in_the_end = reserved(shared) / 6
    assert executions <= in_the_end <= executions + storm.blows * shared.plan.concurrency


def blows(weather: Weather, chance: random.Random) -> Iterator[bool]:
    """Wait for each blow, and say of it whether it falls on Redis: twice in all."""
    ends_at = time.monotonic() + weather.seconds
    on_redis = sorted(chance.uniform(0.2, 0.9) * weather.seconds for _ in range(2))
    while (left := ends_at - time.monotonic()) > 0:
        time.sleep(min(left, chance.uniform(0.3, weather.calm_seconds)))
        is_redis = bool(on_redis) and weather.seconds - left >= on_redis[0]
        if is_redis:
            on_redis.pop(0)
        yield is_redis
    for _ in on_redis:
        yield True


def reserved(world: QueueWorld) -> float:
    """The credits that all workers together have reserved, by the gate's word."""

    async def ask(sender: Sender) -> float:
        standing = await sender.gate.standing()
        return standing.total.credits / 1_000

    try:
        return world.does(ask)
    except LeadflowError:
        return 0.0


@pytest.mark.long
@pytest.mark.case(32)
def test_when_every_second_call_fails_retries_stay_few_and_do_not_come_together(
    shared: QueueWorld,
) -> None:
    seed = int(os.environ.get("STORM_SEED", random.randrange(10_000)))
    print(f"STORM_SEED={seed}")
    shared.with_plan(calls_per_second=40, attempts=5, base_seconds=1, cap_seconds=8, breaks=False)
    jobs = shared.prepare(1_000)
    shared.clay.control.set_faults(*every_second(random.Random(seed), calls=3_000))
    workers = [shared.start(), shared.start()]

    shared.settle(seconds=180)

    attempts = [shared.of_job(job.lead_id, "atm") for job in jobs]
    retries = sum(attempts) - len(jobs)
    per_second = list(shared.clay.control.state()["starts"]["per_second"])[1:-1]
    busiest = max(per_second) / (sum(per_second) / len(per_second))
    print(f"{retries} retries of 1,000, busiest second {busiest:.1f} times the mean")
    assert min(attempts) == 1
    assert retries <= 1_000 * 0.1 + 50
    assert busiest <= 2
    assert shared.states()["sent"] + len(shared.failed()) == 1_000
    assert [worker.stop() for worker in workers] == [0, 0]


def every_second(chance: random.Random, *, calls: int) -> list[str]:
    """Faults that strike half of the calls, at random: each lets so many pass that succeed."""
    faults, passed = [], 0
    for _ in range(calls):
        if chance.random() < 0.5:
            faults.append(f"503,count=1,after={passed}")
        else:
            passed += 1
    return faults


@pytest.mark.long
@pytest.mark.case(41)
def test_when_redis_is_full_nothing_is_evicted_and_intake_hears_of_it(shared: QueueWorld) -> None:
    shared.prepare(3_000, in_queue=False)
    jobs = [job_of(number) for number in range(1, 3_001)]
    used = int(shared.valkey.does("INFO", "memory")["used_memory"])
    shared.valkey.does("CONFIG", "SET", "maxmemory", used + 700_000)
    added = 0

    async def add(sender: Sender) -> None:
        nonlocal added
        for start in range(0, 3_000, 100):
            await sender.queue.add_many(jobs[start : start + 100])
            added += 100

    with pytest.raises(QueueAway):
        shared.does(add)
    worker = shared.start()
    until(lambda: worker.said("warns") or worker.said("refused"), "it cannot work", seconds=20)
    assert worker.process.poll() is None
    assert int(shared.valkey.does("INFO", "stats")["evicted_keys"]) == 0

    shared.valkey.does("CONFIG", "SET", "maxmemory", 0)
    shared.does(lambda sender: sender.queue.add_many(jobs))
    shared.settle(seconds=240)

    print(f"{added} were added before it was full")
    assert 0 < added < 3_000
    assert shared.states() == {"sent": 3_000}
    assert max(shared.rows().values()) == 1
    assert worker.stop() == 0


@pytest.mark.long
@pytest.mark.case(49)
def test_a_backlog_of_ten_thousand_drains_at_the_rate_in_flat_memory(shared: QueueWorld) -> None:
    shared.with_plan(calls_per_second=5)
    shared.prepare(10_000, in_queue=False)
    jobs = [job_of(number) for number in range(1, 10_001)]
    added_in: list[float] = []

    async def add(sender: Sender) -> None:
        began = time.monotonic()
        for start in range(0, 10_000, 500):
            await sender.queue.add_many(jobs[start : start + 500])
        added_in.append(time.monotonic() - began)

    shared.does(add)
    worker = shared.start()
    until(lambda: shared.posts() >= 25, "it works")
    before, began, done = memory(worker), time.monotonic(), shared.posts()
    time.sleep(60)
    rate = (shared.posts() - done) / (time.monotonic() - began)
    grown = memory(worker) - before

    print(f"added {10_000 / added_in[0]:,.0f}/s, drained {rate:.2f}/s, {grown / 1e6:+.1f} MB")
    assert 10_000 / added_in[0] >= 1_000
    assert 4.8 <= rate <= 5.05
    assert grown <= 50e6
    assert worker.stop() == 0


def memory(worker: WorkerProcess) -> int:
    pages = Path(f"/proc/{worker.process.pid}/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")
