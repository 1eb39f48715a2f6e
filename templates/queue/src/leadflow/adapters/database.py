"""What a store must be able to do. One SQL for every store: `?` for values, no dialect.

An adapter translates and nothing else, so that sql_ledger.py and the rest are written once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

__all__ = ["Database", "Rows", "marks"]


class Rows(Protocol):
    """The answer to one statement."""

    @property
    def rowcount(self) -> int: ...
    def fetchone(self) -> Any: ...
    def fetchall(self) -> list[Any]: ...
    def __iter__(self) -> Iterator[Any]: ...


class Database(Protocol):
    """One connection. Every failure is a LedgerError that says what to do."""

    name: str  # as people know it: the file, or host/database; never holds a password
    skip_locked: str  # what a claiming SELECT ends with, where several processes claim

    def execute(self, query: str, values: Sequence[object] = ()) -> Rows:
        """Run one statement."""

    def execute_many(self, query: str, rows: Iterable[Sequence[object]]) -> int:
        """Run one statement for every row; return how many rows it changed in all."""

    def stream(self, query: str, values: Sequence[object] = ()) -> Iterator[Any]:
        """Read an answer row by row, however long it is."""

    def transaction(self) -> AbstractContextManager[None]:
        """All or nothing; durable once the block has ended. One inside another joins it."""

    def is_sound(self) -> bool:
        """Does the store vouch for its own file?"""


def marks(values: Sequence[object]) -> str:
    """Write one `?` for each value, for `IN (...)`."""
    return ", ".join("?" * len(values))
