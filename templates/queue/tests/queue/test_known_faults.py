"""BullMQ for Python 3.4.4, fault by fault: each of these fails without our cure."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import pytest

from harness.queue_world import QueueWorld, job_of
from harness.sender import RecordingObserver, Sender, opened
from harness.stores import Store
from leadflow.adapters.bullmq_queue import open_queue
from leadflow.adapters.redis_client import open_redis
from leadflow.domain.gate import Refusal
from leadflow.domain.job_end import Ended, JobEnd
from leadflow.domain.verdict import Reply
from leadflow.entrypoints.send_worker import WorkerEndedError

IDLE_SECONDS = 6.5  # more than redis-py's own timeout, which is that of a blocking read


class Rude:
    """A Clay that raises what nobody foresees, once."""

    def __init__(self, fault: BaseException) -> None:
        self._faults = [fault]

    async def post(self, webhook_id: str, body: bytes) -> Reply:
        if self._faults:
            raise self._faults.pop()
        return Reply(200)


async def until(condition: Callable[[], bool], *, seconds: float = 10) -> float:
    """Wait for it; return how long that took."""
    began = time.monotonic()
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - what is looked at tells nobody
            await asyncio.sleep(0.005)
    return time.monotonic() - began


def test_a_the_limit_waits_for_its_window_and_not_for_five_seconds(alone: QueueWorld) -> None:
    alone.with_plan(calls_per_second=5)
    alone.prepare(20)

    began = time.monotonic()
    observer = alone.work()

    assert time.monotonic() - began < 7  # BullMQ's own limiter: 15.1 s
    assert alone.states() == {"sent": 20}
    assert observer.most_in_a_second <= 5


def test_b_a_worker_that_is_idle_keeps_its_connections_and_takes_the_next_job_at_once(
    alone: QueueWorld,
) -> None:
    """A blocking read must end before redis-py loses patience with it."""
    alone.prepare(1, in_queue=False)
    observer = RecordingObserver()

    async def wait_and_add() -> float:
        async with opened(alone.plan, observer=observer) as sender:
            stop = asyncio.Event()
            working = asyncio.ensure_future(sender.run(stop))
            await asyncio.sleep(2.5)  # until each part has its connection
            before = connections(alone)
            await asyncio.sleep(IDLE_SECONDS)
            assert connections(alone) == before + 1  # that of the one who looks
            await sender.queue.add_many([job_of(1)])
            seconds = await until(lambda: observer.ends[JobEnd.DONE] == 1)
            stop.set()
            await working
            return seconds

    assert asyncio.run(wait_and_add()) < 1
    assert observer.warnings == []


def test_c_a_cancellation_inside_a_job_does_not_end_the_worker(alone: QueueWorld) -> None:
    observer = work_with(alone, Rude(asyncio.CancelledError()), jobs=3)

    assert observer.ends[JobEnd.HANDED_BACK] >= 1
    assert sum(alone.states()[state] for state in ("sent", "unknown")) == 3


def test_d_a_delay_of_a_fraction_of_a_second_is_kept(alone: QueueWorld) -> None:
    alone.with_plan(base_seconds=0.25, cap_seconds=0.25)
    alone.prepare(1)
    alone.clay.control.set_faults("503,count=1")

    observer = alone.work()

    first, second = observer.moments
    assert second - first < 0.6  # BullMQ rounds it up to a whole second
    assert alone.states() == {"sent": 1}


def test_e_a_job_that_is_handed_back_has_spent_no_attempt(alone: QueueWorld) -> None:
    (job,) = alone.prepare(1)
    alone.clay.control.set_faults("429,count=4,retry_after=0")

    observer = alone.work()

    assert observer.ends == {JobEnd.HANDED_BACK: 4, JobEnd.DONE: 1}
    assert alone.of_job(job.lead_id, "ats") == 5  # starts
    assert alone.of_job(job.lead_id, "atm") == 1  # attempts, of the 3 that there are


def test_f_an_observer_that_fails_undoes_no_job(alone: QueueWorld) -> None:
    class Raising(RecordingObserver):
        def warns(self, sentence: str) -> None:
            raise RuntimeError(sentence)

    (job,) = alone.prepare(1)

    async def emit_all() -> None:
        async with opened(alone.plan, observer=Raising()) as sender:
            for event, argument in (
                ("error", ValueError()),
                ("stalled", job.lead_id),
                ("lockRenewalFailed", [job.lead_id]),
                ("completed", job),
            ):
                sender.worker.emit(event, argument)

    asyncio.run(emit_all())


def test_f_an_observer_that_fails_at_the_end_of_a_job_costs_it_nothing(alone: QueueWorld) -> None:
    class Raising(RecordingObserver):
        def ended(self, ended: Ended, *, seconds: float) -> None:
            super().ended(ended, seconds=seconds)
            raise RuntimeError

        def refused(self, refusal: Refusal) -> None:
            raise RuntimeError

    (job,) = alone.prepare(1)

    observer = alone.work(observer=Raising())

    assert observer.ends == {JobEnd.DONE: 1}
    assert alone.failed() == []
    assert alone.of_job(job.lead_id, "atm") == 1


@pytest.mark.parametrize("end", ["completed", "failed"])
def test_g_a_job_that_has_ended_is_added_anew_when_it_is_asked_for_again(
    alone: QueueWorld, end: str
) -> None:
    (job,) = alone.prepare(1)
    if end == "failed":
        alone.clay.control.set_faults("400,count=1")
    first = alone.work()

    ignored = add_and_work(alone, is_again=False)
    again = add_and_work(alone, is_again=True)

    assert first.ends.total() == again.ends.total() == 1
    assert ignored.ends.total() == 0
    assert alone.states() == {"sent": 1}
    assert alone.rows() == {job.lead_id: 1}


def test_i_a_job_is_tried_again_by_our_own_policy_and_then_dead(alone: QueueWorld) -> None:
    alone.with_plan(attempts=3, base_seconds=0.01, cap_seconds=0.02)
    (job,) = alone.prepare(1)
    alone.clay.control.set_faults("503,count=3")

    observer = alone.work()

    assert observer.ends == {JobEnd.TRIED: 3}
    assert alone.failed() == [job.lead_id]
    assert alone.of_job(job.lead_id, "atm") == 3
    assert alone.states() == {"failed": 1}


def test_i_completed_jobs_are_not_kept_for_ever(alone: QueueWorld) -> None:
    jobs = alone.prepare(30, in_queue=False)

    async def add() -> None:
        async with (
            open_redis(alone.plan.redis) as client,
            open_queue(client, attempts=3, most_kept=10) as queue,
        ):
            await queue.add_many(jobs)

    asyncio.run(add())
    alone.work()

    assert alone.states() == {"sent": 30}
    assert alone.valkey.does("ZCARD", "bull:clay-enrichment:completed") == 10


def test_i_a_store_that_blocks_longer_than_the_lock_loses_no_lock(
    store: Store, alone: QueueWorld
) -> None:
    alone.with_plan(database=store.url, lock_milliseconds=600, stalled_milliseconds=200)
    (job,) = alone.prepare(1)

    blocking: list[asyncio.Future[None]] = []

    def block(sender: Sender) -> None:
        blocking.append(asyncio.ensure_future(sender.writer.run(lambda _database: time.sleep(2))))

    observer = alone.work(first=block)

    assert observer.warnings == []
    assert observer.ends == {JobEnd.DONE: 1}
    assert alone.of_job(job.lead_id, "stc") == 0


def test_locks_are_renewed_while_the_worker_drains(alone: QueueWorld) -> None:
    """BullMQ stops renewing them when it is told to close, and jobs in hand are taken away."""
    alone.with_plan(lock_milliseconds=600, stalled_milliseconds=200)
    (job,) = alone.prepare(1)
    alone.clay.control.set_faults("latency,seconds=2")
    observer = RecordingObserver()

    async def stop_in_the_middle() -> None:
        async with opened(alone.plan, observer=observer) as sender:
            stop = asyncio.Event()
            working = asyncio.ensure_future(sender.run(stop))
            await until(lambda: alone.states()["sending"] == 1)
            stop.set()
            await working

    asyncio.run(stop_in_the_middle())

    assert observer.ends == {JobEnd.DONE: 1}
    assert observer.warnings == []
    assert alone.of_job(job.lead_id, "atm") == 1


def test_a_job_whose_lock_is_lost_is_cut_short(alone: QueueWorld) -> None:
    """BullMQ says so, and lets the job go on."""
    alone.with_plan(lock_milliseconds=600, timeout_seconds=20)
    (job,) = alone.prepare(1)
    alone.clay.control.set_faults("latency,seconds=8,count=1")
    observer = RecordingObserver()

    async def steal() -> float:
        async with opened(alone.plan, observer=observer) as sender:
            stop = asyncio.Event()
            working = asyncio.ensure_future(sender.run(stop))
            await until(lambda: alone.states()["sending"] == 1)
            await asyncio.sleep(0.3)  # until the request has left
            alone.valkey.does(
                "SET", f"bull:clay-enrichment:{job.lead_id}:lock", "another", "EX", 60
            )
            seconds = await until(lambda: observer.ends.total() == 1)
            stop.set()
            await working
            return seconds

    assert asyncio.run(steal()) < 5  # of which 1.5 s are for an answer that is nearly there
    assert observer.ends == {JobEnd.HANDED_BACK: 1}
    assert alone.states() == {"unknown": 1}
    assert alone.depth()["active"] == 1  # it is the other's


def test_each_job_in_hand_has_a_lock_of_its_own(alone: QueueWorld) -> None:
    """BullMQ names it by a variable of a loop, so jobs taken together get that of the last."""
    jobs = alone.prepare(5)
    alone.clay.control.set_faults("latency,seconds=1")
    locks: set[str] = set()

    def look(_sender: Sender) -> None:
        watching.append(asyncio.ensure_future(watch()))

    async def watch() -> None:
        await until(lambda: alone.states()["sending"] == 5)
        locks.update(
            alone.valkey.does("GET", f"bull:clay-enrichment:{j.lead_id}:lock") for j in jobs
        )

    watching: list[asyncio.Future[None]] = []
    alone.work(first=look)

    assert len(locks) == 5


@pytest.mark.case(46)
def test_a_worker_that_ends_by_itself_raises(alone: QueueWorld) -> None:
    async def end_silently() -> None:
        async with opened(alone.plan) as sender:
            working = asyncio.ensure_future(sender.run(asyncio.Event()))
            await until(lambda: bool(sender.worker.processing))
            for fetching in sender.worker.processing:
                fetching.cancel()  # what BullMQ's loop does not survive
            async with asyncio.timeout(5):
                await working

    with pytest.raises(WorkerEndedError):
        asyncio.run(end_silently())


def connections(world: QueueWorld) -> int:
    """How many were ever made."""
    count: int = world.valkey.does("INFO", "stats")["total_connections_received"]
    return count


def work_with(world: QueueWorld, clay: Rude, *, jobs: int) -> RecordingObserver:
    world.prepare(jobs)
    return world.work(clay=clay)


def add_and_work(world: QueueWorld, *, is_again: bool) -> RecordingObserver:
    async def add(sender: Sender) -> None:
        await sender.queue.add_many([job_of(1)._replace(is_again=is_again)])

    world.does(add)
    return world.work()
