"""Many writes, one commit: what waits is written by one thread, in one transaction.

A commit costs a flush of the disk, however little it holds. While one runs, further works gather;
the next takes them all. A waiter goes on only after the COMMIT that holds its work.
Rule 1: a work that was taken is done, whether or not somebody still waits for it.
Rule 2: a work may be run again after a rollback, so all it changes is the store.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from threading import Thread
from typing import TypeVar

from leadflow.adapters.committing import Entry
from leadflow.adapters.database import Database
from leadflow.adapters.gathering import Gathering
from leadflow.adapters.writing import OpenStore, keep_writing
from leadflow.domain.errors import LedgerError

__all__ = ["LAST", "GroupCommit", "group_commit"]

T = TypeVar("T")
V = TypeVar("V")
LAST = "~"  # behind every lead_id
MAX_BATCH = 256  # bounds how long one transaction keeps other processes out
MAX_WAITING = 4096  # beyond it the caller hears at once that we are busy
STOP_SECONDS = 3.0  # for a store that has fallen silent: nobody was told that it is stored
ENDED = "the thread that writes has ended; see the log, and start this program again"
log = logging.getLogger(__name__)


class GroupCommit:
    """One thread with one connection does all the writing of a process."""

    def __init__(self, gathering: Gathering) -> None:
        self._gathering = gathering
        self._loop = asyncio.get_running_loop()
        self._ended = self._loop.create_future()

    @property
    def is_alive(self) -> bool:
        """Can it still write? When not, only a restart helps."""
        return not self._ended.done()

    async def run(self, work: Callable[[Database], T]) -> T:
        """Do the work and return once it is durable; LedgerError when it cannot be."""
        return await self.run_with_others(lambda database, _: [work(database)], None, order=LAST)

    async def run_with_others(
        self, work: Callable[[Database, Sequence[V]], Sequence[T]], value: V, *, order: str
    ) -> T:
        """Do the same work for all values that wait for it, with one answer for each.

        Before all others, and in the order of `order`: two processes that need the same rows then
        ask for them in the same sequence, and never wait for each other in a circle.
        """
        if not self.is_alive:
            raise LedgerError(ENDED)
        future: asyncio.Future[T] = self._loop.create_future()
        self._gathering.add(Entry(work, value, order, future))
        return await future

    async def start(self, open_store: OpenStore) -> None:
        """Open the store, or raise what keeps it closed."""
        opening = self._loop.create_future()
        listeners = (partial(_open, opening), _finish, self._end)
        callbacks = (partial(self._tell, listener) for listener in listeners)
        arguments = (open_store, self._gathering, *callbacks)
        Thread(target=keep_writing, args=arguments, name="group-commit", daemon=True).start()
        await opening

    async def outlived(self) -> None:
        """Raise LedgerError when it can write no more, which only a restart mends."""
        await asyncio.shield(self._ended)
        raise LedgerError(ENDED)

    async def stop(self, *, seconds: float = STOP_SECONDS) -> None:
        """Take nothing more, finish what was taken; leave a store that does not answer."""
        self._gathering.close()
        try:
            async with asyncio.timeout(seconds):
                await asyncio.shield(self._ended)
        except TimeoutError:
            log.warning("the store does not answer; what it was given may not be stored")

    def _end(self, unfinished: Sequence[Entry]) -> None:
        """Leave nobody waiting: what is left was not committed, or nobody can tell."""
        self._ended.set_result(None)
        left = (*unfinished, *self._gathering.rest())
        for entry in left:
            entry.fault = LedgerError(ENDED)
        _finish(left)

    def _tell(self, listener: Callable[..., None], value: object) -> None:
        with suppress(RuntimeError):  # the loop was closed: nobody waits any more
            self._loop.call_soon_threadsafe(listener, value)


def _open(opening: asyncio.Future[None], fault: BaseException | None) -> None:
    if fault is None:
        opening.set_result(None)
    elif not opening.done():
        opening.set_exception(fault)


def _finish(batch: Sequence[Entry]) -> None:
    for entry in batch:
        entry.finish()


@asynccontextmanager
async def group_commit(
    open_store: OpenStore, *, max_batch: int = MAX_BATCH, max_waiting: int = MAX_WAITING
) -> AsyncIterator[GroupCommit]:
    """Start the writer; on the way out finish what was taken."""
    writer = GroupCommit(Gathering(max_batch=max_batch, max_waiting=max_waiting))
    await writer.start(open_store)
    try:
        yield writer
    finally:
        await writer.stop()
