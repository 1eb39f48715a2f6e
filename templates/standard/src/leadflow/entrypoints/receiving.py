"""The receiving half of `leadflow serve`: from the socket to the inbox, watched all the way."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import FrameType

from starlette.types import ASGIApp

from leadflow.domain.errors import LedgerError
from leadflow.domain.inbox import Acceptance, Arrival
from leadflow.entrypoints.health import CANNOT_STORE, Exposition, Readiness
from leadflow.entrypoints.server import create_app, serve
from leadflow.entrypoints.watches import Log, Meters, ReceiverWatch
from leadflow.entrypoints.webhook import CallbackEndpoint
from leadflow.use_cases.receive_callback import CallbackRules, Inbox

__all__ = ["Receiver", "stop_on_signals"]

STOPS = ("SIGTERM", "SIGINT", "SIGBREAK")


@dataclass(frozen=True, slots=True)
class Receiver:
    """What the server is made of; `woke` is called for every new event in the inbox."""

    rules: CallbackRules
    inbox: Inbox
    probe: Callable[[], Awaitable[object]]  # commits something, or raises
    meters: Meters
    exposition: Exposition
    log: Log
    woke: Callable[[], None] = lambda: None
    further: Callable[[Readiness], Mapping[str, ASGIApp]] = lambda _: {}  # endpoints by path

    async def run(self, listener: socket.socket, *, stop: asyncio.Event) -> None:
        """Answer callbacks until `stop`; what has begun is finished."""
        watch = ReceiverWatch(self.meters, self.log)
        readiness = Readiness({CANNOT_STORE: self.probe})
        inbox = _WatchedInbox(self.inbox, self.woke, readiness)
        callbacks = CallbackEndpoint(rules=self.rules, inbox=inbox, watch=watch)
        app = create_app(
            callbacks=callbacks,
            readiness=readiness,
            exposition=self.exposition,
            endpoints=self.further(readiness),
        )
        host, port = listener.getsockname()[:2]
        self.log.write("info", "listening", host=host, port=port)
        await serve(
            app,
            listener,
            readiness=readiness,
            watch=watch,
            stop=stop,
            each_second=callbacks.give_up_late,
        )
        self.log.write("info", "stopped")


def stop_on_signals(stop: asyncio.Event) -> None:
    """Set `stop` when the operating system asks the program to end."""
    loop = asyncio.get_running_loop()

    def ask(_number: int, _frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(stop.set)

    for name in STOPS:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), ask)


class _WatchedInbox:
    """The inbox, which wakes whoever routes what is new, and is not ready when it cannot store."""

    def __init__(self, inbox: Inbox, woke: Callable[[], None], readiness: Readiness) -> None:
        self._inbox, self._woke, self._readiness = inbox, woke, readiness

    async def accept(self, arrival: Arrival) -> Acceptance:
        try:
            acceptance = await self._inbox.accept(arrival)
        except LedgerError:
            self._readiness.failed()
            raise
        if acceptance is Acceptance.NEW:
            self._woke()
        return acceptance

    async def quarantine(self, body: bytes, *, reason: str, now: float) -> None:
        try:
            await self._inbox.quarantine(body, reason=reason, now=now)
        except LedgerError:
            self._readiness.failed()
            raise
