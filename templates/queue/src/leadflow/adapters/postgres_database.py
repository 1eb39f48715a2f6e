"""PostgreSQL behind `Database`: it translates, and connects again where that is safe.

Made for a pooler in between: nothing of ours outlives a transaction on the server, neither a
prepared statement nor a setting. So a statement alone is a transaction of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from functools import lru_cache
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus

from leadflow.adapters.database import Rows
from leadflow.adapters.postgres_connection import connect, name_of
from leadflow.adapters.postgres_failures import storing
from leadflow.domain.errors import LedgerError

__all__ = ["PostgresDatabase"]

BEGIN = "BEGIN {mode}; SET LOCAL lock_timeout = '5s'"
ROWS_AT_A_TIME = 1_000
IS_SOUND = """
    SELECT coalesce(checksum_failures, 0) = 0
      FROM pg_stat_database
     WHERE datname = current_database()
"""
QUOTED_OR_MARK = re.compile(r"('[^']*')|\?")


class PostgresDatabase:
    """One connection. A lost one is replaced when the next transaction begins."""

    skip_locked = "FOR UPDATE SKIP LOCKED"

    def __init__(self, url: str, *, read_only: bool = False) -> None:
        self.name = name_of(url)
        self._url = url
        self._begin = BEGIN.format(mode="READ ONLY" if read_only else "READ WRITE")
        self._is_open = False  # a transaction
        self._connection = connect(url)

    def close(self) -> None:
        self._connection.close()

    def execute(self, query: str, values: Sequence[object] = ()) -> Rows:
        with self.transaction(), storing(self.name):
            return self._connection.execute(_translated(query), values)

    def execute_many(self, query: str, rows: Iterable[Sequence[object]]) -> int:
        with self.transaction(), storing(self.name), self._connection.cursor() as cursor:
            cursor.executemany(_translated(query), rows)
            return cursor.rowcount

    def stream(self, query: str, values: Sequence[object] = ()) -> Iterator[Any]:
        if self._is_open:  # it must see what the transaction has written
            yield from self._rows(query, values)
            return
        # On a connection aside, so that what the reader stores meanwhile is durable at once.
        with closing(PostgresDatabase(self._url, read_only=True)) as aside, aside.transaction():
            yield from aside._rows(query, values)  # noqa: SLF001 - its own kind

    @contextmanager
    def transaction(self) -> Iterator[None]:
        if self._is_open:
            yield
            return
        with storing(self.name):
            self._start()
        self._is_open = True
        try:
            yield
            self._commit()
        except BaseException:
            self._roll_back()
            raise
        finally:
            self._is_open = False

    def is_sound(self) -> bool:
        """Has the server met a damaged page?"""
        return bool(self.execute(IS_SOUND).fetchone()[0])

    def _rows(self, query: str, values: Sequence[object]) -> Iterator[Any]:
        with storing(self.name), self._connection.cursor(name="leadflow") as cursor:
            cursor.itersize = ROWS_AT_A_TIME
            cursor.execute(_translated(query), values)
            yield from cursor

    def _start(self) -> None:
        try:
            self._connection.execute(self._begin)
        except psycopg.OperationalError:
            if not self._connection.closed:
                raise
            self._connection = connect(self._url)  # safe: nothing had begun
            self._connection.execute(self._begin)

    def _commit(self) -> None:
        # After a failed statement the server answers COMMIT with a silent ROLLBACK.
        if self._connection.info.transaction_status is not TransactionStatus.INTRANS:
            raise LedgerError(f"{self.name} stored nothing, as one statement failed; run again")
        with storing(self.name):
            self._connection.execute("COMMIT")

    def _roll_back(self) -> None:
        with suppress(psycopg.Error):
            self._connection.execute("ROLLBACK")
            return
        self._connection.close()  # which rolls back, too


@lru_cache(maxsize=1_024)
def _translated(query: str) -> str:
    """Write `%s` for `?`, though not within a text."""
    return QUOTED_OR_MARK.sub(lambda found: found[1] or "%s", query.replace("%", "%%"))
