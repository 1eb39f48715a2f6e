"""One transaction for many works: who is at fault when it fails, and who goes on without them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from leadflow.adapters.database import Database
from leadflow.domain.errors import LedgerBusy, LedgerError

__all__ = ["Entry", "Work", "commit"]


# Does the same for each of several values, in their order, and gives as many answers.
Work = Callable[[Database, Sequence[Any]], Sequence[Any]]


@dataclass(slots=True, eq=False)
class Entry:
    """One work on its way, and how it ended: `answer` counts when there is no `fault`."""

    work: Work
    value: Any
    order: str
    future: asyncio.Future[Any]
    answer: Any = None
    fault: BaseException | None = None

    def finish(self) -> None:
        """Let its waiter go on, if it still waits."""
        if self.future.done():
            return
        if self.fault:
            self.future.set_exception(self.fault)
        else:
            self.future.set_result(self.answer)


def commit(database: Database, batch: Sequence[Entry]) -> None:
    """Commit all that can be committed. A value that fails by itself fails alone."""
    pending, is_mixed = [*batch], True
    while pending and (culprits := _attempt(database, pending, is_mixed=is_mixed)):
        if len(culprits) == 1:
            pending.remove(culprits[0])
        is_mixed = False  # one of several: which, shows when each is done for itself


def _attempt(database: Database, batch: Sequence[Entry], *, is_mixed: bool) -> Sequence[Entry]:
    """Commit them together; name those that stood in the way, if it was not the store."""
    groups = list(_groups(batch)) if is_mixed else [[entry] for entry in batch]
    try:
        return _together(database, groups)
    except LedgerBusy:  # two processes wanted the same rows: the other is through by now
        try:
            return _together(database, groups)
        except LedgerError as fault:
            _fail(batch, fault)
    except LedgerError as fault:
        _fail(batch, fault)
    return ()


def _together(database: Database, groups: Sequence[Sequence[Entry]]) -> Sequence[Entry]:
    current: Sequence[Entry] = ()
    try:
        with database.transaction():
            for current in groups:
                answers = current[0].work(database, [entry.value for entry in current])
                for entry, answer in zip(current, answers, strict=True):
                    entry.answer = answer
            current = ()
    except LedgerError:
        raise
    except Exception as fault:
        if not current:
            raise LedgerError(f"the commit failed: {type(fault).__name__}; see the log") from fault
        if len(current) == 1:
            current[0].fault = fault
    return current


def _groups(batch: Sequence[Entry]) -> Iterator[Sequence[Entry]]:
    """Put together what is the same work and follows one another."""
    for _, group in groupby(batch, key=lambda entry: entry.work):
        yield [*group]


def _fail(batch: Sequence[Entry], fault: LedgerError) -> None:
    for entry in batch:
        entry.fault = fault
