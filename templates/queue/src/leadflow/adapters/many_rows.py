"""One statement for many rows: on a server, each statement is a journey.

Rows are taken by powers of two, so that few different texts occur and the store knows them by then.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from leadflow.adapters.database import Database, Rows, marks

__all__ = ["by_powers_of_two", "insert_many"]

T = TypeVar("T")
MOST = 256  # rows; SQLite takes 32,766 values in a statement


def by_powers_of_two(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    """Cut 100 rows into 64, 32 and 4."""
    start = 0
    while start < len(rows):
        size = min(MOST, 1 << (len(rows) - start).bit_length() - 1)
        yield rows[start : start + size]
        start += size


def insert_many(database: Database, query: str, rows: Sequence[Sequence[object]]) -> list[Rows]:
    """Run an INSERT that has `{rows}` where its VALUES go; give the answer to each part."""
    return [
        database.execute(
            query.format(rows=", ".join([f"({marks(some[0])})"] * len(some))),
            [value for row in some for value in row],
        )
        for some in by_powers_of_two(rows)
    ]
