"""A SQLite connection behind `Database`: it translates, failures too, and knows no table."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from leadflow.adapters.database import Rows
from leadflow.domain.errors import LedgerBusy, LedgerDamaged, LedgerError, LedgerMismatch

__all__ = ["SqliteDatabase", "is_busy", "storing"]


class SqliteDatabase:
    """One connection, and one transaction at a time."""

    skip_locked = ""  # SQLite lets one process write at a time

    def __init__(self, connection: sqlite3.Connection, name: str) -> None:
        self.name = name
        self._connection = connection
        self._is_open = False  # a transaction

    def execute(self, query: str, values: Sequence[object] = ()) -> Rows:
        with storing(self.name):
            return _Answer(self._connection.execute(query, values))

    def execute_many(self, query: str, rows: Iterable[Sequence[object]]) -> int:
        with storing(self.name):
            return self._connection.executemany(query, rows).rowcount

    def stream(self, query: str, values: Sequence[object] = ()) -> Iterator[Any]:
        with storing(self.name):
            for row in self._connection.execute(query, values):  # noqa: UP028 - see below
                yield row  # "yield from" would close the cursor, perhaps after the connection

    @contextmanager
    def transaction(self) -> Iterator[None]:
        if self._is_open:
            yield
            return
        with storing(self.name):
            self._connection.execute("BEGIN IMMEDIATE")
            self._is_open = True
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:  # a full disk has ended it already
                    self._connection.execute("ROLLBACK")
                raise
            finally:
                self._is_open = False

    def is_sound(self) -> bool:
        (verdict,) = self.execute("PRAGMA quick_check(1)").fetchone()
        return bool(verdict == "ok")


class _Answer:
    """All rows at once: nothing is left to fail, or to be in the way, after the statement."""

    def __init__(self, cursor: sqlite3.Cursor) -> None:
        self._rows = iter(cursor.fetchall())
        self.rowcount = cursor.rowcount

    def fetchone(self) -> Any:
        return next(self._rows, None)

    def fetchall(self) -> list[Any]:
        return list(self._rows)

    def __iter__(self) -> Iterator[Any]:
        return self._rows


def is_busy(fault: sqlite3.OperationalError) -> bool:
    """Whether another connection holds what this one needs."""
    return fault.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


@contextmanager
def storing(name: object) -> Iterator[None]:
    """Turn SQLite's failures into ours, with the remedy."""
    try:
        yield
    except sqlite3.OperationalError as fault:
        if is_busy(fault):
            raise LedgerBusy(f"{name} is in use by another program; run again later") from fault
        raise LedgerError(
            f"cannot use {name}: {fault}; check disk space and permissions, then run again"
        ) from fault
    except sqlite3.DatabaseError as fault:
        if getattr(fault, "sqlite_errorcode", None) == sqlite3.SQLITE_CONSTRAINT_TRIGGER:
            raise LedgerMismatch(str(fault)) from fault  # the only triggers seal what has moved
        raise LedgerDamaged(f"{name} is not a sound ledger: {fault}; restore a copy") from fault
