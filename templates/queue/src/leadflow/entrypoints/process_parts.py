"""What the parts of one process share: what they tell each other, and what is opened for all."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from leadflow.bootstrap import Rules, rules_from
from leadflow.bootstrap_receiving import Metrics, Receiving, open_receiving
from leadflow.bootstrap_redis import HeldQueue
from leadflow.bootstrap_top import IntakeMetrics, QueueMetrics, snapshots_beside
from leadflow.domain.errors import LedgerBusy, LedgerError
from leadflow.entrypoints.delivery_loop import rest
from leadflow.settings import Settings

__all__ = ["Events", "Shared", "keep_held", "open_shared", "until_stopped"]

AWAY_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Events:
    """What the parts tell each other."""

    stop: asyncio.Event = field(default_factory=asyncio.Event)
    in_inbox: asyncio.Event = field(default_factory=asyncio.Event)  # an enrichment, to be routed
    in_outbox: asyncio.Event = field(default_factory=asyncio.Event)  # a job, for the queue


@dataclass(frozen=True, slots=True)
class Shared:
    """What the parts stand on."""

    receiving: Receiving
    base: Metrics
    queue: QueueMetrics
    intake: IntakeMetrics
    rules: Rules
    reach_redis: Callable[[], Awaitable[None]]  # QueueAway while nothing can be asked of it


@asynccontextmanager
async def open_shared(settings: Settings, *, url: str) -> AsyncIterator[Shared]:
    """Open the ledger, and look at Redis from beside it; Redis may be away."""
    async with AsyncExitStack() as stack:
        receiving = await stack.enter_async_context(open_receiving(settings))
        base = Metrics(lambda: receiving.deliveries.depth(now=time.time()))
        booth = await stack.enter_async_context(
            snapshots_beside(settings, url=url, writer=receiving.writer)
        )
        intake = IntakeMetrics(base.registry)
        queue, rules = QueueMetrics(base, booth.look), rules_from(settings)
        yield Shared(receiving, base, queue, intake, rules, booth.reach)


async def until_stopped(stop: asyncio.Event, watch: Coroutine[object, object, None]) -> None:
    """Watch until `stop`, or crash with what is watched: a supervisor starts the process again."""
    watching = asyncio.ensure_future(watch)
    stopping = asyncio.ensure_future(stop.wait())
    await asyncio.wait((watching, stopping), return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if watching.done():
        await watching
    watching.cancel()


async def keep_held(held: HeldQueue, stop: asyncio.Event) -> None:
    """Take the place again whenever it is lost; crash when a run has taken it meanwhile."""
    while not stop.is_set():
        await until_stopped(stop, held.lost())
        while not stop.is_set():
            try:
                await asyncio.to_thread(held.take)
            except LedgerBusy:
                raise
            except LedgerError:  # the database is away
                await rest(stop, seconds=AWAY_SECONDS)
            else:
                break
