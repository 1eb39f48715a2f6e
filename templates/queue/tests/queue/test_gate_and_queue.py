"""The gate before the queue: what it closes is closed to all workers, and costs no job anything."""

from __future__ import annotations

import time

import pytest

from harness.queue_world import QueueWorld, job_of
from harness.server import until

WORKERS, CONCURRENCY = 8, 5
STARTING_SECONDS = 3  # of a process, where other tests run beside it


def spent(world: QueueWorld, lead_ids: list[str]) -> int:
    """How many attempts all jobs together have spent."""
    return sum(world.of_job(lead_id, "atm") for lead_id in lead_ids)


@pytest.mark.case(16)
def test_the_breaker_opens_at_the_fifth_failure_for_all_workers(shared: QueueWorld) -> None:
    shared.with_plan(open_seconds=120, concurrency=CONCURRENCY)
    jobs = shared.prepare(200, in_queue=False)
    shared.clay.control.set_faults("503", "latency,seconds=0.5")
    for _ in range(WORKERS):
        shared.start()
    until(lambda: shared.waiting_workers() == WORKERS, "all workers wait for jobs", seconds=60)

    shared.add(jobs)
    until(lambda: shared.posts() >= 5, "five failures")
    until(lambda: shared.depth()["active"] == 0, "nothing is in hand")
    called = shared.posts()
    lead_ids = [job.lead_id for job in jobs]
    burnt = spent(shared, lead_ids)
    time.sleep(3)  # that nothing happens takes its time

    print(f"{called} calls, {burnt} attempts spent")
    assert 5 <= called <= 5 + WORKERS * CONCURRENCY
    assert burnt == called  # each call was an attempt; the others waited and spent none
    assert (shared.posts(), spent(shared, lead_ids)) == (called, burnt)
    assert sum(shared.depth().values()) == 200
    assert [worker.stop() for worker in shared.workers] == [0] * WORKERS


@pytest.mark.case(25)
def test_a_backlog_keeps_the_rate_to_its_end(alone: QueueWorld) -> None:
    alone.with_plan(calls_per_second=5)
    alone.prepare(80)

    observer = alone.work()

    arrivals = [arrival["at"] for arrival in alone.clay.control.arrivals()]
    took = max(arrivals) - min(arrivals)
    print(f"80 jobs in {took:.1f} s, most in any second {observer.most_in_a_second}")
    assert took <= 17  # BullMQ's own worker: 5 jobs, and then nothing
    assert alone.states() == {"sent": 80}
    assert observer.most_in_a_second <= 5


@pytest.mark.case(31)
def test_without_budget_jobs_wait_and_spend_nothing_until_there_is_more(
    shared: QueueWorld,
) -> None:
    shared.with_plan(daily_credits=120, calls_per_second=100)  # for 20 leads
    jobs = shared.prepare(500)
    workers = [shared.start(), shared.start()]
    until(lambda: shared.states()["sent"] == 20, "the budget is spent")
    time.sleep(2)  # that nothing happens takes its time
    lead_ids = [job.lead_id for job in jobs]

    assert shared.states() == {"sent": 20, "waiting": 480}
    assert shared.posts() == 20
    assert spent(shared, lead_ids) == 20
    assert [worker.stop() for worker in workers] == [0, 0]

    shared.with_plan(daily_credits=12_000)
    raised_at = time.monotonic()
    shared.start()
    until(lambda: shared.posts() > 20, "the first call")
    took = time.monotonic() - raised_at
    shared.settle()

    print(f"resumed {took:.1f} s after a worker with the higher cap was started")
    assert took <= 5 + STARTING_SECONDS
    assert shared.states() == {"sent": 500}
    assert shared.failed() == []


def test_a_gate_closed_by_hand_takes_no_job_and_opens_for_all(shared: QueueWorld) -> None:
    shared.prepare(30)
    shared.isolate("maintenance")
    for _ in range(2):
        shared.start()
    until(lambda: all("isolated" in w.said("refused") for w in shared.workers), "both know")
    assert (shared.posts(), shared.depth()["wait"]) == (0, 30)

    shared.close_gate()
    shared.settle()

    assert shared.states() == {"sent": 30}


def test_a_pause_that_clay_asks_for_is_kept_by_all_workers(shared: QueueWorld) -> None:
    shared.with_plan(calls_per_second=20)
    shared.prepare(60)
    shared.clay.control.set_faults("429,count=1,retry_after=3,after=10")
    for _ in range(2):
        shared.start()

    shared.settle()

    arrivals = shared.clay.control.arrivals()
    refused_at = next(a["at"] for a in arrivals if a["answer"] == 429)
    later = [a["at"] - refused_at for a in arrivals if a["at"] > refused_at]
    in_flight = [seconds for seconds in later if seconds < 0.5]  # under way when it was said
    next_after = min(seconds for seconds in later if seconds >= 0.5)
    print(f"{len(in_flight)} were under way, the next came after {next_after:.2f} s")
    assert len(in_flight) <= 2 * CONCURRENCY
    assert next_after >= 2.9
    assert shared.states() == {"sent": 60}


def test_a_worker_whose_token_is_refused_ends_and_says_what_to_do(shared: QueueWorld) -> None:
    shared.prepare(20)
    shared.clay.control.set_faults("401")
    worker = shared.start()

    assert worker.process.wait(30) != 0

    assert "CLAY_WEBHOOK_TOKEN" in worker.log.read_text()
    assert shared.posts() <= CONCURRENCY
    assert shared.states() == {"waiting": 20}
    assert shared.depth()["active"] == 0


def test_a_worker_with_nothing_to_do_asks_the_gate_for_nothing(shared: QueueWorld) -> None:
    shared.prepare(0)
    shared.start()
    until(lambda: shared.waiting_workers() == 1, "it waits")
    before = shared.questions()

    time.sleep(2)

    assert shared.questions() == before


def test_a_queue_that_is_paused_keeps_its_jobs_until_it_is_resumed(shared: QueueWorld) -> None:
    """By the button of Bull Board, for example: the gate is not asked meanwhile, either."""
    shared.prepare(10, in_queue=False)
    shared.start()
    until(lambda: shared.waiting_workers() == 1, "it waits")
    shared.pause_queue()
    shared.add([job_of(number) for number in range(1, 11)])
    before = shared.questions()
    time.sleep(1)
    assert (shared.posts(), shared.questions()) == (0, before)

    shared.resume_queue()
    shared.settle(seconds=20)

    assert shared.states() == {"sent": 10}
