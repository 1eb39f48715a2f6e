"""The loop that works the queue: until `stop`, and then until what is in hand is finished.

A worker that ends by itself takes the process down with it, so that a supervisor starts another
one: it may have stopped taking jobs without a word.
"""

from __future__ import annotations

import asyncio
from typing import Protocol

__all__ = ["QueueWorker", "WorkerEndedError", "run_send_worker"]

DRAIN_SECONDS = 22.0  # the process must be gone within 30
CLOSE_SECONDS = 3.0


class QueueWorker(Protocol):
    """Takes jobs and does them."""

    async def start(self) -> None:
        """Take jobs until `drain`; to return earlier is a fault."""

    async def fault(self) -> Exception:
        """Wait for what makes further work useless, until a person has mended it."""

    async def drain(self, *, seconds: float) -> None:
        """Take nothing more, and finish what is in hand within the time."""


class WorkerEndedError(RuntimeError):
    """The worker has ended by itself."""


async def run_send_worker(
    worker: QueueWorker, *, stop: asyncio.Event, drain_seconds: float = DRAIN_SECONDS
) -> None:
    """Work until `stop`; raise what ended the work before."""
    working = asyncio.ensure_future(worker.start())
    faulted = asyncio.ensure_future(worker.fault())
    stopping = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({working, faulted, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            cause = None if working.cancelled() else working.exception()
            raise WorkerEndedError("the queue's worker ended by itself; see the log") from cause
        await worker.drain(seconds=drain_seconds)
        await asyncio.wait({working}, timeout=CLOSE_SECONDS)
        if faulted.done():
            raise faulted.result()
    finally:
        for task in (working, faulted, stopping):
            task.cancel()
