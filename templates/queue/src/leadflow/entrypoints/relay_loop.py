"""The relay: what intake stored goes on into the queue, at once or when the queue is back.

A queue that is away is asked again with the waits of the project's retry policy, for as long as it
takes: the outbox keeps everything meanwhile, and intake goes on.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from leadflow.domain.errors import LedgerError, QueueAway
from leadflow.domain.retry import RetryPolicy
from leadflow.entrypoints.delivery_loop import rest
from leadflow.use_cases.deliver import is_passing
from leadflow.use_cases.relay import JobQueue, Outbox, relay

__all__ = ["RelayObserver", "RelayTerms", "SilentRelay", "run_relay"]


class RelayObserver(Protocol):
    """Who notes what the relay does; counts and sentences, never a lead."""

    def relayed(self, count: int) -> None:
        """So many jobs are in the queue now."""

    def away(self, sentence: str, *, seconds: float) -> None:
        """The queue, or the store, takes nothing; it is asked again after so long."""


class SilentRelay:
    """Notes nothing."""

    def relayed(self, count: int) -> None:
        """Leave it."""

    def away(self, sentence: str, *, seconds: float) -> None:
        """Leave it."""


@dataclass(frozen=True, slots=True)
class RelayTerms:
    """How much at once and how patiently; `policy` bounds the waits, not how often it tries."""

    policy: RetryPolicy
    most_jobs: int = 1_000
    poll_seconds: float = 1.0  # for what another process has stored
    gather_seconds: float = 0.005  # for more to come, so that they share one journey
    lease_seconds: float = 60.0
    now: Callable[[], float] = time.time
    jitter: Callable[[], float] = random.random


async def run_relay(
    outbox: Outbox,
    queue: JobQueue,
    *,
    stop: asyncio.Event,
    wake: asyncio.Event,
    terms: RelayTerms,
    observer: RelayObserver | None = None,
) -> None:
    """Relay until `stop`; `wake` says that something was stored. A damaged store ends it."""
    relaying = _Relay(outbox, queue, stop, wake, terms, observer or SilentRelay())
    waking = asyncio.ensure_future(_wake_on(stop, wake))
    try:
        while not stop.is_set():
            await relaying.turn()
    finally:
        waking.cancel()


async def _wake_on(stop: asyncio.Event, wake: asyncio.Event) -> None:
    await stop.wait()
    wake.set()


@dataclass(slots=True)
class _Relay:
    outbox: Outbox
    queue: JobQueue
    stop: asyncio.Event
    wake: asyncio.Event
    terms: RelayTerms
    observer: RelayObserver
    failures: int = 0

    async def turn(self) -> None:
        """Hand over what there is, and wait for more, or for the queue."""
        self.wake.clear()
        if self.stop.is_set():
            return
        try:
            count = await self._hand_over()
        except (QueueAway, LedgerError) as fault:
            await self._bear(fault)
            return
        self.failures = 0
        if count:
            self.observer.relayed(count)
        if count < self.terms.most_jobs:
            await rest(self.wake, seconds=self.terms.poll_seconds)
            await rest(self.stop, seconds=self.terms.gather_seconds)

    async def _hand_over(self) -> int:
        return await relay(
            self.outbox,
            self.queue,
            limit=self.terms.most_jobs,
            now=self.terms.now(),
            lease_seconds=self.terms.lease_seconds,
        )

    async def _bear(self, fault: QueueAway | LedgerError) -> None:
        if isinstance(fault, LedgerError) and not is_passing(fault):
            raise fault
        self.failures += 1
        seconds = self.terms.policy.ceiling(self.failures) * self.terms.jitter()
        self.observer.away(str(fault), seconds=seconds)
        await rest(self.stop, seconds=seconds)
