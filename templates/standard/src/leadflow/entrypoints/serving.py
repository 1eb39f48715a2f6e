"""One process of `leadflow serve` or `leadflow work`: receiver, worker or both, on one `stop`."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass

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
from leadflow.entrypoints.housekeeping import keep_purging
from leadflow.entrypoints.receiving import Receiver, stop_on_signals
from leadflow.entrypoints.together import all_of
from leadflow.entrypoints.watches import Log, Meters, WorkerWatch
from leadflow.entrypoints.worker import run_worker
from leadflow.entrypoints.worker_terms import WorkerTerms
from leadflow.settings import Settings

__all__ = ["Serving", "fast_loop"]


@dataclass(frozen=True, slots=True)
class Serving:
    """One process: what it was told, and who watches it."""

    settings: Settings
    log: Log

    async def run(self, listener: socket.socket | None, *, works: bool) -> None:
        """Receive (where there is a listener) and work, until a signal says stop or one crashes."""
        stop, wake = asyncio.Event(), asyncio.Event()
        stop_on_signals(stop)
        async with open_receiving(self.settings) as receiving:
            meters = Metrics(lambda: receiving.deliveries.depth(now=time.time()))
            parts: list[Awaitable[None]] = [_until(stop, receiving.writer.outlived())]
            if listener is not None:
                parts.append(self._receive(listener, receiving, meters, stop, wake))
            if works:
                parts += [
                    self._work(receiving, meters, stop, wake),
                    keep_purging(self.settings, receiving, self.log, stop=stop),
                ]
            await all_of(parts, stop)

    async def _receive(
        self,
        listener: socket.socket,
        receiving: Receiving,
        meters: Metrics,
        stop: asyncio.Event,
        wake: asyncio.Event,
    ) -> None:
        receiver = Receiver(
            rules=callback_rules(self.settings),
            inbox=receiving.inbox,
            probe=receiving.probe,
            meters=meters,
            exposition=meters,
            log=self.log,
            woke=wake.set,
        )
        await receiver.run(listener, stop=stop)

    async def _work(
        self, receiving: Receiving, meters: Meters, stop: asyncio.Event, wake: asyncio.Event
    ) -> None:
        async with open_destinations(self.settings, receiving) as destinations:
            await run_worker(
                receiving.deliveries,
                destinations,
                plan_from(self.settings),
                stop=stop,
                wake=wake,
                terms=WorkerTerms(delivery_policy(self.settings)),
                observer=WorkerWatch(meters, self.log),
                is_alone=not is_shared(self.settings.database),
            )


async def _until(stop: asyncio.Event, watch: Coroutine[object, object, None]) -> None:
    """Watch until `stop`, or crash with what is watched: a supervisor starts the process again."""
    watching = asyncio.ensure_future(watch)
    stopping = asyncio.ensure_future(stop.wait())
    await asyncio.wait((watching, stopping), return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if watching.done():
        await watching
    watching.cancel()


def fast_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Name the faster event loop, where there is one."""
    try:
        import uvloop  # noqa: PLC0415 - there is none on Windows
    except ImportError:
        return None
    return uvloop.new_event_loop
