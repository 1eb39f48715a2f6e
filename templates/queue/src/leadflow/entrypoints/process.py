"""What one process of `leadflow serve` or `leadflow work` is made of, all on one `stop`.

With a listener it takes callbacks and leads. A worker delivers, and one without a listener works
the queue, too. All of it stands on one writer, and nothing of it ends alone.
"""

from __future__ import annotations

import socket
from collections.abc import Awaitable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial

from leadflow.bootstrap_intake import CommittedReception
from leadflow.bootstrap_receiving import (
    callback_rules,
    delivery_policy,
    is_shared,
    open_destinations,
    plan_from,
)
from leadflow.bootstrap_redis import hold_queue, open_breakers, redis_address, redis_place
from leadflow.entrypoints.health import CANNOT_STORE, Probe, Readiness
from leadflow.entrypoints.housekeeping import keep_purging
from leadflow.entrypoints.intake_serving import intake_endpoints
from leadflow.entrypoints.intake_watch import IntakeReporter
from leadflow.entrypoints.process_parts import Events, Shared, keep_held, open_shared, until_stopped
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

NO_REDIS = "Redis is away"
NO_URL = "CLAY_WEBHOOK_URL is not set, so the queue is not worked; deliveries are"


@dataclass(frozen=True, slots=True)
class Process:
    """One process: what it was told, and who watches it."""

    settings: Settings
    log: Log
    pages: socket.socket | None = None  # of a worker: health and metrics, and nothing else

    async def run(self, listener: socket.socket | None, *, works: bool) -> None:
        """Receive (where there is a listener) and work, until a signal says stop or one crashes."""
        events = Events()
        stop_on_signals(events.stop)
        works_queue = listener is None and works and bool(self.settings.webhook_urls)
        if listener is None and not works_queue:
            self.log.write("warning", "queue", reason=NO_URL)
        async with AsyncExitStack() as stack:
            held = stack.enter_context(hold_queue(self.settings)) if works_queue else None
            url = redis_address(self.settings)
            if works_queue:
                url = stack.enter_context(redis_place(self.settings))
            shared = await stack.enter_async_context(open_shared(self.settings, url=url))
            parts = self._parts(shared, events, listener, url if works else None)
            if works_queue:
                parts.append(self._work_queue(url, shared, events))
            if held is not None:
                parts.append(keep_held(held, events.stop))
            await all_of(parts, events.stop)

    def _parts(
        self, shared: Shared, events: Events, listener: socket.socket | None, url: str | None
    ) -> list[Awaitable[None]]:
        """What any process is made of; `url` is that of Redis, for one that delivers."""
        writer = shared.receiving.writer
        parts: list[Awaitable[None]] = [until_stopped(events.stop, writer.outlived())]
        if listener is not None:
            parts.append(self._receive(listener, shared, events))
        if url is not None:
            parts += self._deliver(url, shared, events)
        if self.pages is not None:
            parts.append(self._answer(self.pages, shared, events))
        return parts

    async def _receive(self, listener: socket.socket, shared: Shared, events: Events) -> None:
        intake = partial(
            intake_endpoints,
            self.settings,
            shared.rules,
            reception=CommittedReception(shared.receiving.writer),
            watch=IntakeReporter(shared.intake, self.log),
            wake=events.in_outbox,
        )
        receiver = Receiver(
            rules=callback_rules(self.settings),
            inbox=shared.receiving.inbox,
            probe=shared.receiving.probe,
            meters=shared.base,
            exposition=shared.queue,
            log=self.log,
            woke=events.in_inbox.set,
            further=lambda readiness: intake(failed=readiness.failed),
        )
        await receiver.run(listener, stop=events.stop)

    async def _answer(self, listener: socket.socket, shared: Shared, events: Events) -> None:
        probes: dict[str, Probe] = {CANNOT_STORE: shared.receiving.probe}
        if self.settings.webhook_urls:
            probes[NO_REDIS] = shared.reach_redis
        readiness = Readiness(probes)
        watch = ReceiverWatch(shared.base, self.log)
        app = create_pages(readiness=readiness, exposition=shared.queue)
        host, port = listener.getsockname()[:2]
        self.log.write("info", "listening", host=host, port=port)
        await serve(app, listener, readiness=readiness, watch=watch, stop=events.stop)

    async def _work_queue(self, url: str, shared: Shared, events: Events) -> None:
        queue_work = QueueWork(
            self.settings,
            shared.rules,
            url,
            shared.receiving,
            relay_meters=shared.intake,
            job_meters=shared.queue,
            log=self.log,
        )
        await queue_work.run(stop=events.stop, wake=events.in_outbox)

    def _deliver(self, url: str, shared: Shared, events: Events) -> list[Awaitable[None]]:
        purging = keep_purging(self.settings, shared.receiving, self.log, stop=events.stop)
        return [self._work(url, shared, events), purging]

    async def _work(self, url: str, shared: Shared, events: Events) -> None:
        async with (
            open_destinations(self.settings, shared.receiving) as destinations,
            open_breakers(self.settings, url=url) as breaker,
        ):
            await run_worker(
                shared.receiving.deliveries,
                destinations,
                plan_from(self.settings),
                stop=events.stop,
                wake=events.in_inbox,
                terms=WorkerTerms(delivery_policy(self.settings)),
                observer=WorkerWatch(shared.base, self.log),
                is_alone=not is_shared(self.settings.database),
                open_gate=lambda name, terms, observer: SharedGate(
                    name, breaker(name, terms.breaker), terms, observer
                ),
            )
