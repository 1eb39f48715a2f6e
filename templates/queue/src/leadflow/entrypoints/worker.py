"""The worker: received events are routed, and each destination has a loop of its own.

                       ┌──> loop ──> gate ──> sink     crm
inbox ──> router ──────┼──> loop ──> gate ──> sink     outreach
            ^          └──> loop ──> gate ──> sink     database
            └ woken by the webhook, else once a second

A loop that crashes ends the worker, and so the process: a supervisor starts it again. What it had
claimed is recovered when the lease ends.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from leadflow.domain.errors import LedgerError
from leadflow.domain.planned import Plan
from leadflow.entrypoints.delivery_loop import DeliveryLoop, rest
from leadflow.entrypoints.gate import Gate, OpenGate
from leadflow.entrypoints.worker_terms import SilentWorker, WorkerObserver, WorkerTerms
from leadflow.use_cases.deliver import Deliveries, Destination, is_passing

__all__ = ["WorkQueue", "run_worker"]


class WorkQueue(Deliveries, Protocol):
    """What a worker needs beside the delivering."""

    async def route(self, plan: Plan, *, limit: int, now: float) -> int:
        """Plan the deliveries of received events; return how many events that were."""

    async def recover(self, enrolments: Collection[str], *, now: float, all: bool) -> int:  # noqa: A002
        """Free what was claimed under leases that have ended, or all of it."""


async def run_worker(
    queue: WorkQueue,
    destinations: Sequence[Destination],
    plan: Plan,
    *,
    stop: asyncio.Event,
    wake: asyncio.Event,
    terms: WorkerTerms,
    observer: WorkerObserver | None = None,
    is_alone: bool = False,
    open_gate: OpenGate = Gate,
) -> None:
    """Work until `stop`, then finish what is in flight; raise what crashed a loop.

    `is_alone` says that no other process works on this store: what is claimed at the start was
    claimed by one that is gone. `open_gate` makes what stands before a destination.
    """
    watcher = observer or SilentWorker()
    worker = _Worker(queue, destinations, plan, stop, wake, terms, watcher, open_gate)
    try:
        async with asyncio.timeout(None) as drained, asyncio.TaskGroup() as tasks:
            tasks.create_task(worker.end(drained))
            await worker.recover(everything=is_alone)
            for task in (worker.keep_routing, worker.keep_recovering):
                tasks.create_task(task())
            for loop in worker.loops:
                tasks.create_task(loop.run(stop))
    except TimeoutError:
        watcher.warns("calls were still in flight and were cut; their leases end by themselves")
    except BaseExceptionGroup as crash:
        raise _first(crash) from crash


@dataclass(slots=True)
class _Worker:
    queue: WorkQueue
    destinations: Sequence[Destination]
    plan: Plan
    stop: asyncio.Event
    wake: asyncio.Event
    terms: WorkerTerms
    observer: WorkerObserver
    open_gate: OpenGate
    loops: list[DeliveryLoop] = field(init=False)

    def __post_init__(self) -> None:
        self.loops = [
            DeliveryLoop(destination, self.queue, self.terms, self.observer, self.open_gate)
            for destination in self.destinations
        ]

    async def end(self, drained: asyncio.Timeout) -> None:
        await self.stop.wait()
        drained.reschedule(asyncio.get_running_loop().time() + self.terms.drain_seconds)
        self.wake.set()
        self._wake_loops()

    async def keep_routing(self) -> None:
        while not self.stop.is_set():
            self.wake.clear()
            if await self._route() < self.terms.most_routed:
                # A moment for more to gather, so that they share one transaction.
                await self.terms.sleep(self.terms.gather_one_seconds)
                await rest(self.wake, seconds=self.terms.poll_seconds)

    async def keep_recovering(self) -> None:
        while not self.stop.is_set():
            await rest(self.stop, seconds=self.terms.recover_seconds)
            await self.recover(everything=False)

    async def recover(self, *, everything: bool) -> None:
        enrolments = {d.name for d in self.destinations if d.is_enrolment}
        try:
            freed = await self.queue.recover(enrolments, now=self.terms.now(), all=everything)
        except LedgerError as fault:
            self._bear(fault)
        else:
            if freed:
                self._wake_loops()

    async def _route(self) -> int:
        limit = self.terms.most_routed
        try:
            routed = await self.queue.route(self.plan, limit=limit, now=self.terms.now())
        except LedgerError as fault:
            self._bear(fault)
            return 0
        if routed:
            self._wake_loops()
        return routed

    def _wake_loops(self) -> None:
        for loop in self.loops:
            loop.wake()

    def _bear(self, fault: LedgerError) -> None:
        if not is_passing(fault):
            raise fault
        self.observer.warns(f"the store: {fault}")


def _first(crash: BaseExceptionGroup[BaseException]) -> BaseException:
    """Take the one that tells most: the others were cancelled because of it."""
    inner = crash.exceptions[0]
    return _first(inner) if isinstance(inner, BaseExceptionGroup) else inner
