"""Redis dies, freezes and comes late: workers wait, send nothing unasked, and go on."""

from __future__ import annotations

import time

import pytest

from harness.queue_world import QueueWorld
from harness.server import until

LOOKED_AT = 4.0  # seconds in which a worker that crashes would have done so


@pytest.mark.case(38)
def test_when_redis_is_killed_in_the_middle_every_lead_is_sent_and_soon(
    shared: QueueWorld,
) -> None:
    shared.with_plan(calls_per_second=60)
    shared.prepare(400)
    workers = [shared.start(), shared.start()]
    until(lambda: shared.states()["sent"] >= 160, "40 % are sent")

    shared.valkey.kill()
    time.sleep(2)
    calls_while_away = shared.posts()
    shared.valkey.restart()
    up_at = time.monotonic()
    until(lambda: shared.posts() > calls_while_away, "the next call", seconds=20)
    resumed = time.monotonic() - up_at
    shared.settle()

    states, rows = shared.states(), shared.rows()
    print(f"resumed after {resumed:.1f} s: {dict(states)}, {rows.total()} rows")
    assert resumed <= 5
    assert states["sent"] + states["unknown"] == 400
    assert states["unknown"] <= 2 * shared.plan.concurrency
    assert max(rows.values()) == 1
    assert shared.failed() == []
    assert [worker.stop() for worker in workers] == [0, 0]


@pytest.mark.case(43)
def test_a_worker_that_starts_before_redis_waits_for_it(shared: QueueWorld) -> None:
    shared.prepare(20)
    shared.valkey.kill()
    worker = shared.start()
    until(lambda: worker.said("warns"), "it has noticed")
    time.sleep(LOOKED_AT)
    assert worker.process.poll() is None
    assert shared.posts() == 0

    shared.valkey.restart()
    up_at = time.monotonic()
    shared.settle()

    print(f"20 sent {time.monotonic() - up_at:.1f} s after Redis came")
    assert shared.states() == {"sent": 20}
    assert worker.stop() == 0


def test_a_worker_whose_redis_never_comes_ends_when_it_is_told_to(shared: QueueWorld) -> None:
    shared.prepare(1)
    shared.valkey.kill()
    worker = shared.start()
    until(lambda: worker.said("warns"), "it has noticed")

    began = time.monotonic()
    code = worker.stop()

    assert (code, time.monotonic() - began < 10) == (0, True)


@pytest.mark.case(44)
@pytest.mark.parametrize(
    "seconds", [6, pytest.param(40, marks=pytest.mark.long)], ids=["6 s", "40 s"]
)
def test_while_redis_is_frozen_nothing_is_sent_and_then_all_is(
    shared: QueueWorld, seconds: float
) -> None:
    shared.with_plan(calls_per_second=60)
    shared.prepare(300)
    workers = [shared.start(), shared.start()]
    until(lambda: shared.states()["sent"] >= 60, "some are sent")

    shared.valkey.pause()
    time.sleep(1)  # what had its leave may still go
    before = shared.posts()
    time.sleep(seconds - 1)
    during = shared.posts()
    shared.valkey.resume()
    woken_at = time.monotonic()
    until(lambda: shared.posts() > during, "the next call", seconds=30)
    resumed = time.monotonic() - woken_at
    shared.settle()

    states, rows = shared.states(), shared.rows()
    print(f"{during - before} while frozen, resumed after {resumed:.1f} s: {dict(states)}")
    assert during == before
    assert resumed <= 10
    assert states["sent"] + states["unknown"] == 300
    assert max(rows.values()) == 1
    assert [worker.stop() for worker in workers] == [0, 0]


@pytest.mark.case(45)
def test_forgotten_scripts_are_loaded_again(shared: QueueWorld) -> None:
    shared.with_plan(calls_per_second=60)
    shared.prepare(120)
    worker = shared.start()
    until(lambda: shared.states()["sent"] >= 40, "some are sent")

    shared.valkey.does("SCRIPT", "FLUSH")
    shared.settle()

    assert shared.states() == {"sent": 120}
    assert shared.rows().total() == 120
    assert worker.stop() == 0
