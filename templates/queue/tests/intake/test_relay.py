"""The relay, with an outbox and a queue in memory: nothing is lost, whatever is away and when."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace

import pytest

from harness.intake import RecordingQueue, lead_of
from leadflow.domain.errors import LedgerBusy, LedgerDamaged, LedgerError, QueueAway
from leadflow.domain.job import Job
from leadflow.domain.retry import RetryPolicy
from leadflow.domain.source import Source
from leadflow.entrypoints.relay_loop import RelayTerms, run_relay
from leadflow.use_cases.relay import Waiting, relay

PATIENCE_SECONDS = 10
POLICY = RetryPolicy(0.001, 0.004, max_retry_after_seconds=1, max_attempts=2)
TERMS = RelayTerms(POLICY, most_jobs=3, poll_seconds=60, gather_seconds=0)


@dataclass
class MemoryOutbox:
    """Jobs by number; `taken` are leased until then."""

    jobs: dict[int, Job] = field(default_factory=dict)
    taken: dict[int, float] = field(default_factory=dict)
    faults: list[LedgerError | None] = field(default_factory=list)  # of its next calls

    def put(self, *numbers: int) -> None:
        self.jobs |= {n: Job(lead_of(n).lead_id, Source.WEB_FORM) for n in numbers}

    async def take(self, *, limit: int, now: float, lease_until: float) -> list[Waiting]:
        self._fail()
        free = [number for number in self.jobs if self.taken.get(number, 0.0) <= now][:limit]
        self.taken |= dict.fromkeys(free, lease_until)
        return [Waiting(number, self.jobs[number]) for number in free]

    async def let_go(self, outbox_ids: Sequence[int]) -> None:
        self._fail()
        for number in outbox_ids:
            self.taken.pop(number, None)

    async def forget(self, outbox_ids: Sequence[int]) -> None:
        self._fail()
        for number in outbox_ids:
            self.jobs.pop(number, None)

    def _fail(self) -> None:
        fault = self.faults.pop(0) if self.faults else None
        if fault:
            raise fault


@dataclass
class RecordingRelay:
    """Remembers what it was told, and says when."""

    counts: list[int] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def relayed(self, count: int) -> None:
        self.counts.append(count)
        self.news.set()

    def away(self, sentence: str, *, seconds: float) -> None:
        self.sentences.append(sentence)
        self.waits.append(seconds)
        self.news.set()


@dataclass
class Running:
    """A relay at work."""

    outbox: MemoryOutbox
    queue: RecordingQueue
    observer: RecordingRelay
    wake: asyncio.Event
    stop: asyncio.Event
    task: asyncio.Task[None]

    async def until(self, count: int) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while len(self.queue.jobs) < count:
                self.queue.added.clear()
                await self.queue.added.wait()


@asynccontextmanager
async def running(outbox: MemoryOutbox, terms: RelayTerms = TERMS) -> AsyncIterator[Running]:
    queue, observer = RecordingQueue(), RecordingRelay()
    stop, wake = asyncio.Event(), asyncio.Event()
    task = asyncio.create_task(
        run_relay(outbox, queue, stop=stop, wake=wake, terms=terms, observer=observer)
    )
    yield Running(outbox, queue, observer, wake, stop, task)
    stop.set()
    async with asyncio.timeout(PATIENCE_SECONDS):
        await task


def hand_over(outbox: MemoryOutbox, queue: RecordingQueue, *, now: float = 0.0) -> int:
    return asyncio.run(relay(outbox, queue, limit=10, now=now, lease_seconds=60))


def test_what_the_queue_has_leaves_the_outbox() -> None:
    outbox, queue = MemoryOutbox(), RecordingQueue()
    outbox.put(1, 2)

    assert hand_over(outbox, queue) == 2
    assert hand_over(outbox, queue) == 0

    assert [*queue.lead_ids()] == [lead_of(1).lead_id, lead_of(2).lead_id]
    assert (queue.calls, outbox.jobs) == ([2], {})


def test_what_the_queue_refused_can_be_taken_at_once() -> None:
    outbox, queue = MemoryOutbox(), RecordingQueue(is_away=True)
    outbox.put(1)

    with pytest.raises(QueueAway):
        hand_over(outbox, queue)
    queue.is_away = False

    assert hand_over(outbox, queue) == 1


def test_when_the_store_fails_in_between_the_job_is_added_twice_and_not_lost() -> None:
    outbox, queue = MemoryOutbox(faults=[None, LedgerBusy("busy")]), RecordingQueue()
    outbox.put(1)

    with pytest.raises(LedgerBusy):
        hand_over(outbox, queue)

    assert hand_over(outbox, queue, now=59) == 0
    assert hand_over(outbox, queue, now=60) == 1
    assert [*queue.lead_ids()] == [lead_of(1).lead_id] * 2
    assert outbox.jobs == {}


def test_a_queue_that_is_away_is_the_fault_even_when_the_store_fails_too() -> None:
    outbox, queue = MemoryOutbox(faults=[None, LedgerBusy("busy")]), RecordingQueue(is_away=True)
    outbox.put(1)

    with pytest.raises(QueueAway):
        hand_over(outbox, queue)


def test_everything_is_handed_over_in_bulk_and_in_order() -> None:
    async def run() -> None:
        outbox = MemoryOutbox()
        outbox.put(*range(8))
        async with running(outbox) as relaying:
            await relaying.until(8)
        assert relaying.queue.calls == [3, 3, 2]
        assert [*relaying.queue.lead_ids()] == [lead_of(n).lead_id for n in range(8)]
        assert relaying.observer.counts == [3, 3, 2]

    asyncio.run(run())


def test_it_is_woken_and_need_not_poll() -> None:
    async def run() -> None:
        async with running(MemoryOutbox()) as relaying:
            for number in range(5):
                relaying.outbox.put(number)
                relaying.wake.set()
                await relaying.until(number + 1)

    asyncio.run(run())


def test_what_another_process_stored_is_found_by_looking() -> None:
    async def run() -> None:
        async with running(MemoryOutbox(), replace(TERMS, poll_seconds=0.01)) as relaying:
            relaying.outbox.put(1)
            await relaying.until(1)

    asyncio.run(run())


def test_a_queue_that_is_away_is_asked_for_as_long_as_it_takes_and_then_gets_everything() -> None:
    async def run() -> None:
        terms = replace(TERMS, jitter=lambda: 1.0)
        async with running(MemoryOutbox(), terms) as relaying:
            relaying.queue.is_away = True
            for number in range(20):
                relaying.outbox.put(number)
                relaying.wake.set()
                relaying.observer.news.clear()
                await asyncio.wait_for(relaying.observer.news.wait(), PATIENCE_SECONDS)
            relaying.queue.is_away = False
            await relaying.until(20)
        assert sorted(relaying.queue.lead_ids()) == sorted(lead_of(n).lead_id for n in range(20))
        assert relaying.outbox.jobs == {}
        assert relaying.observer.waits[:4] == [0.001, 0.002, 0.004, 0.004]
        assert len(relaying.observer.waits) >= 20

    asyncio.run(run())


def test_a_store_that_is_busy_is_borne() -> None:
    async def run() -> None:
        outbox = MemoryOutbox(faults=[LedgerBusy("busy"), LedgerError("the disk is full")])
        outbox.put(1)
        async with running(outbox) as relaying:
            await relaying.until(1)
        assert relaying.observer.sentences == ["busy", "the disk is full"]

    asyncio.run(run())


def test_a_store_that_is_damaged_ends_the_relay_and_so_the_process() -> None:
    async def run() -> None:
        with pytest.raises(LedgerDamaged):
            async with running(MemoryOutbox(faults=[LedgerDamaged("not sound")])) as relaying:
                await asyncio.wait([relaying.task], timeout=PATIENCE_SECONDS)

    asyncio.run(run())


def test_a_stop_ends_it_whatever_it_waits_for() -> None:
    async def run(*, is_away: bool) -> None:
        slow = RetryPolicy(60, 60, max_retry_after_seconds=1, max_attempts=2)
        async with running(MemoryOutbox(), replace(TERMS, policy=slow)) as relaying:
            relaying.queue.is_away = is_away
            relaying.outbox.put(1)
            relaying.wake.set()
            await asyncio.wait_for(relaying.observer.news.wait(), PATIENCE_SECONDS)

    asyncio.run(run(is_away=False))
    asyncio.run(run(is_away=True))


def test_a_relay_that_is_cancelled_in_the_middle_lets_go() -> None:
    async def run() -> None:
        outbox, queue = MemoryOutbox(), StuckQueue()
        outbox.put(1)
        task = asyncio.create_task(relay(outbox, queue, limit=1, now=0.0, lease_seconds=60))
        await queue.asked.wait()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        assert outbox.taken == {}

    asyncio.run(run())


class StuckQueue:
    """Never answers."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()

    async def add_many(self, jobs: Sequence[Job]) -> None:
        self.asked.set()
        await asyncio.Event().wait()
