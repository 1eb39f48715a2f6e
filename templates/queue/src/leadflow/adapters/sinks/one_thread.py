"""What blocks, off the event loop: one thread, one work at a time, in the order of asking.

The thread is a daemon: a work that never returns keeps no process from ending.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

__all__ = ["OneThread"]

T = TypeVar("T")
Entry = tuple[Callable[[], Any], "asyncio.Future[Any]"]


class OneThread:
    """Starts with the first work; ends when told to, after the work in hand."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._works: SimpleQueue[Entry | None] = SimpleQueue()
        self._thread: Thread | None = None

    async def run(self, work: Callable[[], T]) -> T:
        """Do the work and give its answer; one whose waiter has left before its turn is not done.

        One that has begun goes on to its end, and the next waits for it.
        """
        if self._thread is None:
            self._thread = Thread(target=self._work, name=self._name, daemon=True)
            self._thread.start()
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._works.put((work, future))
        return await future

    def close(self) -> None:
        """Take nothing more; nobody waits for what is in hand."""
        self._works.put(None)

    def _work(self) -> None:
        while (entry := self._works.get()) is not None:
            work, future = entry
            if future.done():
                continue
            try:
                answer, fault = work(), None
            except BaseException as defect:  # noqa: BLE001 - it is raised where it is waited for
                answer, fault = None, defect
            with suppress(RuntimeError):  # the loop was closed: nobody waits any more
                future.get_loop().call_soon_threadsafe(_finish, future, answer, fault)


def _finish(future: asyncio.Future[Any], answer: object, fault: BaseException | None) -> None:
    if future.done():
        return
    if fault is not None:
        future.set_exception(fault)
    else:
        future.set_result(answer)
