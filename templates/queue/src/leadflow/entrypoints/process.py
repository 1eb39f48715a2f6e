"""What one process of `leadflow serve` or `leadflow work` is made of, all on one `stop`.

With a listener it takes callbacks and leads. A worker delivers, and one without a listener works
the queue, too. All of it stands on one writer, and nothing of it ends alone.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

from leadflow.bootstrap import Rules, rules_from
from leadflow.bootstrap_intake import CommittedReception
from leadflow.bootstrap_receiving import (
    Metrics,
    Receiving,
    callback_rules,
    delivery_policy,
    is_shared,
    open_destinations,
    open_receiving,
    plan_from,
)
from leadflow.bootstrap_redis import hold_queue, open_breakers, redis_address, redis_place
from leadflow.bootstrap_top import IntakeMetrics, QueueMetrics, snapshots_beside
from leadflow.entrypoints.health import Readiness
from leadflow.entrypoints.housekeeping import keep_purging
from leadflow.entrypoints.intake_serving import intake_endpoints
from leadflow.entrypoints.intake_watch import IntakeReporter
from leadflow.entrypoints.queue_work import QueueWork
from leadflow.entrypoints.receiving import Receiver, stop_on_signals
from leadflow.entrypoints.server import create_pages, serve
from leadflow.entrypoints.shared_gate import SharedGate
from leadflow.entrypoints.together import all_of
from leadflow.entrypoints.watches import Log, ReceiverWatch, WorkerWatch
from leadflow.entrypoints.worker import run_worker
from leadflow.entrypoints.worker_terms import WorkerTerms
from leadflow.settings import Settings

__all__ = ["Process"]

NO_URL = "CLAY_WEBHOOK_URL is not set, so the queue is not worked; deliveries are"


@dataclass(frozen=True, slots=True)
class Process:
    """One process: what it was told, and who watches it."""

    settings: Settings
    log: Log
    pages: socket.socket | None = None  # of a worker: health and metrics, and nothing else

    async def run(self, listener: socket.socket | None, *, works: bool) -> None:
        """Receive (where there is a listener) and work, until a signal says stop or one crashes."""
        events = _Events()
        stop_on_signals(events.stop)
        works_queue = listener is None and works and bool(self.settings.webhook_urls)
        if listener is None and not works_queue:
            self.log.write("warning", "queue", reason=NO_URL)
        async with AsyncExitStack() as stack:
            if works_queue:
                stack.enter_context(hold_queue(self.settings))
            url = redis_address(self.settings)
            if works_queue:
                url = stack.enter_context(redis_place(self.settings))
            opened = await stack.enter_async_context(self._opened(url))
            parts: list[Awaitable[None]] = [_until(events.stop, opened.receiving.writer.outlived())]
            if listener is not None:
                parts.append(self._receive(listener, opened, events))
            if works:
                parts += self._deliver(url, opened, events)
            if self.pages is not None:
                parts.append(self._answer(self.pages, opened, events))
            if works_queue:
                parts.append(self._work_queue(url, opened, events))
            await all_of(parts, events.stop)

    @asynccontextmanager
    async def _opened(self, url: str) -> AsyncIterator[_Opened]:
        async with AsyncExitStack() as stack:
            receiving = await stack.enter_async_context(open_receiving(self.settings))
            base = Metrics(lambda: receiving.deliveries.depth(now=time.time()))
            booth = await stack.enter_async_context(
                snapshots_beside(self.settings, url=url, writer=receiving.writer)
            )
            intake = IntakeMetrics(base.registry)
            yield _Opened(
                receiving, base, QueueMetrics(base, booth.look), intake, rules_from(self.settings)
            )

    async def _receive(self, listener: socket.socket, opened: _Opened, events: _Events) -> None:
        intake = partial(
            intake_endpoints,
            self.settings,
            opened.rules,
            reception=CommittedReception(opened.receiving.writer),
            watch=IntakeReporter(opened.intake, self.log),
            wake=events.in_outbox,
        )
        receiver = Receiver(
            rules=callback_rules(self.settings),
            inbox=opened.receiving.inbox,
            probe=opened.receiving.probe,
            meters=opened.base,
            exposition=opened.queue,
            log=self.log,
            woke=events.in_inbox.set,
            further=lambda readiness: intake(failed=readiness.failed),
        )
        await receiver.run(listener, stop=events.stop)

    async def _answer(self, listener: socket.socket, opened: _Opened, events: _Events) -> None:
        readiness = Readiness(opened.receiving.probe)
        watch = ReceiverWatch(opened.base, self.log)
        app = create_pages(readiness=readiness, exposition=opened.queue)
        host, port = listener.getsockname()[:2]
        self.log.write("info", "listening", host=host, port=port)
        await serve(app, listener, readiness=readiness, watch=watch, stop=events.stop)

    async def _work_queue(self, url: str, opened: _Opened, events: _Events) -> None:
        queue_work = QueueWork(
            self.settings,
            opened.rules,
            url,
            opened.receiving,
            relay_meters=opened.intake,
            job_meters=opened.queue,
            log=self.log,
        )
        await queue_work.run(stop=events.stop, wake=events.in_outbox)

    def _deliver(self, url: str, opened: _Opened, events: _Events) -> list[Awaitable[None]]:
        purging = keep_purging(self.settings, opened.receiving, self.log, stop=events.stop)
        return [self._work(url, opened, events), purging]

    async def _work(self, url: str, opened: _Opened, events: _Events) -> None:
        async with (
            open_destinations(self.settings, opened.receiving) as destinations,
            open_breakers(self.settings, url=url) as breaker,
        ):
            await run_worker(
                opened.receiving.deliveries,
                destinations,
                plan_from(self.settings),
                stop=events.stop,
                wake=events.in_inbox,
                terms=WorkerTerms(delivery_policy(self.settings)),
                observer=WorkerWatch(opened.base, self.log),
                is_alone=not is_shared(self.settings.database),
                open_gate=lambda name, terms, observer: SharedGate(
                    name, breaker(name, terms.breaker), terms, observer
                ),
            )


@dataclass(frozen=True, slots=True)
class _Events:
    """What the parts tell each other."""

    stop: asyncio.Event = field(default_factory=asyncio.Event)
    in_inbox: asyncio.Event = field(default_factory=asyncio.Event)  # an enrichment, to be routed
    in_outbox: asyncio.Event = field(default_factory=asyncio.Event)  # a job, for the queue


@dataclass(frozen=True, slots=True)
class _Opened:
    """What the parts share."""

    receiving: Receiving
    base: Metrics
    queue: QueueMetrics
    intake: IntakeMetrics
    rules: Rules


async def _until(stop: asyncio.Event, watch: Coroutine[object, object, None]) -> None:
    """Watch until `stop`, or crash with what is watched: a supervisor starts the process again."""
    watching = asyncio.ensure_future(watch)
    stopping = asyncio.ensure_future(stop.wait())
    await asyncio.wait((watching, stopping), return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if watching.done():
        await watching
    watching.cancel()
