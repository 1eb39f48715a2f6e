"""The loop of one destination: claim, hand over, store; at its own pace, behind its own gate.

Nothing here is shared with another destination, so one that is down delays no other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from leadflow.domain.delivery import Delivery, Outcome
from leadflow.domain.errors import FileRefused, LedgerError
from leadflow.entrypoints.claims import Claims
from leadflow.entrypoints.gate import Gate, OpenGate, Pass
from leadflow.entrypoints.worker_terms import WorkerObserver, WorkerTerms
from leadflow.use_cases.deliver import Deliveries, Destination, deliver, is_passing

__all__ = ["DeliveryLoop", "rest"]

CALLS_AHEAD = 2  # claimed at once, for each that may be in flight


class DeliveryLoop:
    """Delivers what is due until it is told to stop; then finishes what is in flight."""

    def __init__(
        self,
        destination: Destination,
        deliveries: Deliveries,
        terms: WorkerTerms,
        observer: WorkerObserver,
        open_gate: OpenGate = Gate,
    ) -> None:
        self._destination, self._deliveries = destination, deliveries
        self._terms, self._observer = terms, observer
        self._gate = open_gate(destination.name, terms, observer)
        self._claims = Claims(destination, deliveries, terms)
        self._in_flight = 0
        self._storing = 0  # answered, and on their way to the disk
        self._news = asyncio.Event()

    def wake(self) -> None:
        """Something may be due."""
        self._news.set()

    async def run(self, stop: asyncio.Event) -> None:
        """End when told to; a defect ends it with an error, and never silently."""
        async with asyncio.TaskGroup() as calls:
            while not stop.is_set():
                self._news.clear()
                try:
                    wait = await self._turn(calls)
                except (LedgerError, FileRefused) as fault:
                    wait = self._bear(fault)
                await rest(self._news, seconds=wait)
            try:
                await self._claims.give_back()
            except LedgerError as fault:  # their lease ends in any case
                self._bear(fault)

    async def _turn(self, calls: asyncio.TaskGroup) -> float:
        """Start one call if there may be one; return how long to rest before the next turn."""
        poll_seconds = self._terms.poll_seconds
        if not self._free_calls or self._storing >= self._terms.most_claimed:
            return poll_seconds  # or until one has ended
        if wait := self._gate.wait():
            if wait > poll_seconds:
                await self._claims.give_back()
            return min(wait, poll_seconds)
        if wait := self._claims.wait():
            return wait
        batch = await self._next_batch()
        if not batch:
            return poll_seconds
        leave = await self._gate.admit()
        if leave is None:  # closed while we were claiming
            self._claims.put_back(batch)
            return 0.0
        self._in_flight += 1
        calls.create_task(self._call(batch, leave, self._claims.lease_until))
        return 0.0

    async def _next_batch(self) -> list[Delivery]:
        if not self._gate.is_wide_open:
            return await self._claims.take(1, at_once=1)
        size = self._destination.sink.batch_size
        calls = self._destination.concurrency * CALLS_AHEAD
        if self._destination.is_enrolment:
            calls = self._free_calls
        return await self._claims.take(size, at_once=size * calls)

    @property
    def _free_calls(self) -> int:
        """How many calls may start. An enrolment keeps its place until its end is stored.

        So a kill leaves no more of them in doubt than may be in flight.
        """
        busy = self._in_flight + (self._storing if self._destination.is_enrolment else 0)
        return self._destination.concurrency - busy

    async def _call(self, batch: Sequence[Delivery], leave: Pass, lease_until: float) -> None:
        """Make one call. Once it is answered another may start: storing takes no one's turn."""
        answered = asyncio.Event()
        started_at = self._terms.monotonic()

        async def heard(outcomes: Sequence[Outcome]) -> None:
            answered.set()
            self._count(in_flight=-1, storing=+1)
            seconds = self._terms.monotonic() - started_at
            self._observer.handed_over(self._destination.name, outcomes, seconds=seconds)
            await self._gate.learn(outcomes, leave)

        try:
            await deliver(
                batch,
                destination=self._destination,
                deliveries=self._deliveries,
                terms=self._terms.delivering,
                lease_until=lease_until,
                is_probe=leave.is_probe,
                heard=heard,
            )
        except LedgerError as fault:  # the lease has ended: the next recovery takes it up
            self._bear(fault)
        finally:
            if answered.is_set():
                self._count(storing=-1)
            else:
                self._count(in_flight=-1)

    def _count(self, *, in_flight: int = 0, storing: int = 0) -> None:
        self._in_flight += in_flight
        self._storing += storing
        self._news.set()

    def _bear(self, fault: LedgerError | FileRefused) -> float:
        """Wait while the store is busy, or nobody can tell whom not to contact.

        A damaged store ends the worker.
        """
        if isinstance(fault, LedgerError) and not is_passing(fault):
            raise fault
        self._observer.warns(f"{self._destination.name}: {fault}")
        return self._terms.poll_seconds


async def rest(news: asyncio.Event, *, seconds: float) -> None:
    """Wait for news, but no longer than that."""
    if seconds <= 0:
        return
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await news.wait()
