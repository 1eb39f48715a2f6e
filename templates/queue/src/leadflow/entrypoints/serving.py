"""One process of `leadflow serve` or `leadflow work`; process.py says what it is made of."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from dataclasses import dataclass

from leadflow.entrypoints.watches import Log
from leadflow.settings import Settings

__all__ = ["Serving", "fast_loop"]


@dataclass(frozen=True, slots=True)
class Serving:
    """One process: what it was told, and who watches it."""

    settings: Settings
    log: Log
    pages: socket.socket | None = None  # where a worker answers for itself

    async def run(self, listener: socket.socket | None, *, works: bool) -> None:
        """Receive (where there is a listener) and work, until a signal says stop or one crashes."""
        # Imported here because the queue's libraries are slow to load, and most commands need none.
        from leadflow.entrypoints.process import Process  # noqa: PLC0415

        await Process(self.settings, self.log, self.pages).run(listener, works=works)


def fast_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Name the faster event loop, where there is one."""
    try:
        import uvloop  # noqa: PLC0415 - there is none on Windows
    except ImportError:
        return None
    return uvloop.new_event_loop
