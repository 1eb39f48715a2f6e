"""Works on their way to the thread that writes: they gather while it is busy."""

from __future__ import annotations

from contextlib import suppress
from operator import attrgetter
from queue import Empty, SimpleQueue

from leadflow.adapters.committing import Entry
from leadflow.domain.errors import LedgerBusy

__all__ = ["Gathering"]


class Gathering:
    """A queue that gives what is there, in the order in which it is to be done."""

    def __init__(self, *, max_batch: int, max_waiting: int) -> None:
        self._queue: SimpleQueue[Entry | None] = SimpleQueue()
        self._max_batch = max_batch
        self._max_waiting = max_waiting
        self._is_closed = False

    def add(self, entry: Entry) -> None:
        """Take the work, or raise LedgerBusy: it is for whoever waits to try again."""
        if self._is_closed:
            raise LedgerBusy("the store is being closed; try again")
        if self._queue.qsize() >= self._max_waiting:
            raise LedgerBusy(f"{self._queue.qsize()} writes are waiting already; try again")
        self._queue.put(entry)

    def close(self) -> None:
        """Take nothing more."""
        self._is_closed = True
        self._queue.put(None)

    def next_batch(self) -> list[Entry]:
        """Wait for one and take along what else is there; empty when there will be no more."""
        found = [self._queue.get()]
        with suppress(Empty):
            while len(found) < self._max_batch and found[-1] is not None:
                found.append(self._queue.get_nowait())
        batch = [entry for entry in found if entry is not None]
        if batch and found[-1] is None:
            self._queue.put(None)  # once more, after these
        return sorted(batch, key=attrgetter("order"))

    def rest(self) -> list[Entry]:
        """Give what nobody will fetch any more."""
        left = []
        while not self._queue.empty():
            left += [self._queue.get_nowait()]
        return [entry for entry in left if entry is not None]
