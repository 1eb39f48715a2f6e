"""Workers that die, freeze and are told to end: no lead is lost, and none is sent twice unseen."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from harness.failpoints import POINTS
from harness.queue_world import QueueWorld
from harness.sender import Sender
from harness.server import until
from leadflow.adapters.committed_dead_jobs import CommittedDeadJobs
from leadflow.use_cases.sweep_dead import sweep_dead

QUICK = {"lock_milliseconds": 1_000, "stalled_milliseconds": 400}
POISON = "job stalled more than allowable limit"


@pytest.mark.case(34)
@pytest.mark.parametrize("repeats", [False, True], ids=["park", "retry"])
@pytest.mark.parametrize("point", POINTS)
def test_a_worker_that_is_killed_at_any_step_loses_no_lead(
    shared: QueueWorld, point: str, *, repeats: bool
) -> None:
    shared.with_plan(concurrency=1, repeats_unknown=repeats, **QUICK)
    jobs = shared.prepare(4)
    victim = shared.start(**fails(shared, at=point))
    assert victim.process.wait(30) != 0

    shared.start()
    shared.settle()

    states, rows = shared.states(), shared.rows()
    print(f"{point}: {dict(states)}, {rows.total()} rows")
    assert states["sent"] + states["unknown"] == 4
    assert states["unknown"] <= (0 if repeats else 1)
    assert rows.total() <= 4 + 1  # and one for the kill
    assert max(rows.values()) <= (2 if repeats else 1)
    assert {job.lead_id for job in jobs} - set(rows) <= unknown(shared)
    assert shared.failed() == []


@pytest.mark.case(34)
def test_what_a_killed_worker_had_in_hand_is_taken_up_within_ten_seconds(
    shared: QueueWorld,
) -> None:
    """With the locks of earnest: 5 s, looked at every 2 s."""
    shared.with_plan(repeats_unknown=True)
    shared.prepare(5)
    victim = shared.start(**fails(shared, at="posting"))
    victim.process.wait(30)
    died_at = time.monotonic()

    shared.start()
    shared.settle()

    took = time.monotonic() - died_at
    print(f"taken up and sent after {took:.1f} s")
    assert took < 12  # of which the other worker needs a moment to start
    assert shared.states() == {"sent": 5}


@pytest.mark.case(36)
def test_a_job_that_kills_its_worker_three_times_is_dead_and_the_others_are_sent(
    shared: QueueWorld,
) -> None:
    shared.with_plan(concurrency=1, **QUICK)  # so that nothing else dies with the worker
    jobs = shared.prepare(6)
    poison = jobs[2].lead_id
    variables = fails(shared, at="found", how="abort", lead_id=poison, times=9)

    for _ in range(3):
        assert shared.start(**variables).process.wait(30) != 0
    survivor = shared.start(**variables)
    shared.settle()

    assert deaths(shared) == 3
    assert shared.failed() == [poison]
    assert shared.valkey.does("HGET", f"bull:clay-enrichment:{poison}", "failedReason") == POISON
    assert shared.states() == {"sent": 5, "waiting": 1}
    assert survivor.stop() == 0
    assert shared.does(sweep) == [(poison, POISON)]
    assert shared.states() == {"sent": 5, "failed": 1}


@pytest.mark.case(37)
@pytest.mark.parametrize("point", ["claimed", "posted"])
def test_a_worker_that_wakes_after_its_lock_was_lost_does_nothing_further(
    shared: QueueWorld, point: str
) -> None:
    shared.with_plan(repeats_unknown=True, concurrency=1, **QUICK)
    (job,) = shared.prepare(1)
    frozen = shared.start(**fails(shared, at=point, how="stop"))
    until(lambda: deaths(shared) == 1, "frozen")
    shared.start()
    until(lambda: shared.states() == {"sent": 1}, "sent by the other worker")
    before, rows_before = shared.leads(), shared.rows()

    frozen.thaw()
    until(lambda: any("lock was lost" in said for said in frozen.said("warns")), "it is told")
    until(lambda: "handed back" in frozen.said("ended"), "it lets go")

    rows = shared.rows()
    assert shared.leads() == before
    assert rows == rows_before
    assert rows[job.lead_id] == (1 if point == "claimed" else 2)
    assert shared.leads()[0][2] == 2  # attempts: both may have reached Clay
    assert frozen.stop() == 0
    assert shared.failed() == []


@pytest.mark.case(46)
def test_a_process_whose_worker_ends_without_a_word_exits_with_an_error(
    shared: QueueWorld,
) -> None:
    shared.prepare(1)

    worker = shared.start(FAIL_AT="run")

    assert worker.process.wait(15) != 0  # it starts, works for one second, and has five to end
    assert "ended by itself" in worker.log.read_text()


@pytest.mark.case(47)
def test_a_worker_that_is_told_to_end_finishes_what_it_has_in_hand(shared: QueueWorld) -> None:
    jobs = shared.prepare(20)
    shared.clay.control.set_faults("latency,seconds=3")
    worker = shared.start()
    until(lambda: shared.states()["sending"] == 5, "five in hand")

    began = time.monotonic()
    code = worker.stop()
    took = time.monotonic() - began

    print(f"ended after {took:.1f} s")
    assert (code, took < 30) == (0, True)
    assert shared.states() == {"sent": 5, "waiting": 15}
    assert shared.depth()["active"] == 0
    assert sum(shared.of_job(job.lead_id, "stc") for job in jobs) == 0
    assert sum(shared.of_job(job.lead_id, "atm") for job in jobs) == 5  # those that were done


@pytest.mark.case(47)
def test_what_takes_too_long_is_cut_short_and_goes_back_with_its_attempts(
    shared: QueueWorld,
) -> None:
    shared.with_plan(drain_seconds=1, timeout_seconds=60)
    jobs = shared.prepare(5)
    shared.clay.control.set_faults("latency,seconds=60")
    worker = shared.start()
    until(lambda: shared.states()["sending"] == 5, "five in hand")

    began = time.monotonic()
    code = worker.stop()

    assert (code, time.monotonic() - began < 10) == (0, True)
    assert shared.states() == {"unknown": 5}
    assert shared.depth()["active"] == 0
    assert sum(shared.of_job(job.lead_id, "atm") for job in jobs) == 0


async def sweep(sender: Sender) -> list[tuple[str, str]]:
    jobs = CommittedDeadJobs(sender.writer)
    await sweep_dead(sender.queue, jobs)
    listed = await jobs.listing(name=None, reason=None, limit=10)
    return [(job.lead_id, job.reason) for job in listed]


def fails(
    world: QueueWorld, *, at: str, how: str = "kill", lead_id: str = "", times: int = 1
) -> dict[str, str]:
    mark = str(mark_of(world))
    return {
        "FAIL_AT": at,
        "FAIL_HOW": how,
        "FAIL_LEAD": lead_id,
        "FAIL_MARK": mark,
        "FAIL_TIMES": str(times),
    }


def mark_of(world: QueueWorld) -> Path:
    return world.folder / "deaths"


def deaths(world: QueueWorld) -> int:
    mark = mark_of(world)
    return len(mark.read_text().splitlines()) if mark.exists() else 0


def unknown(world: QueueWorld) -> set[str]:
    return {lead_id for lead_id, state, *_ in world.leads() if state == "unknown"}
