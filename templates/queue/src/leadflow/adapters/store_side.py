"""A store as one side of a copy, whichever it is: its rows are streamed, and compared by digest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import Protocol

from leadflow.adapters.database import Database
from leadflow.adapters.sql_account import SqlAccount
from leadflow.adapters.sql_journey import SqlJourney
from leadflow.adapters.store_mark import MOVED
from leadflow.adapters.store_tables import Table
from leadflow.adapters.store_totals import Row, culprit, total
from leadflow.domain.errors import LedgerMismatch
from leadflow.use_cases.copy_store import Accounts, Mark, Told, Total

__all__ = ["Moving", "StoreSide"]

ROWS_AT_A_TIME = 1_000
MARK = "SELECT copy_of, moved_to FROM store"
SET_COPY_OF = "UPDATE store SET copy_of = ?"
SET_MOVED_TO = "UPDATE store SET moved_to = ?"
VARIANT = "SELECT variant FROM store"
SET_VARIANT = "UPDATE store SET variant = ?"
REFUSED = "{name} cannot hold {what}: correct it there, then run again; nothing was copied"


class Moving(Protocol):
    """What each kind of store says in its own words."""

    def shut_out(self, tables: Sequence[str]) -> None:
        """Let nobody else change these tables until the transaction ends."""

    def seal(self, tables: Sequence[str], sentence: str) -> None:
        """Let nobody change them any more: whoever tries is told the sentence."""

    def count_on(self, tables: Sequence[Table]) -> None:
        """Give new rows the numbers after those that were copied."""


@dataclass(slots=True)
class StoreSide:
    """One store, opened. `now` and `timeout_seconds` are those of both sides."""

    name: str
    database: Database
    moving: Moving
    tables: Sequence[Table]
    now: float
    timeout_seconds: float
    names: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.names = ["store", *(table.name for table in self.tables)]

    @contextmanager
    def alone(self) -> Iterator[None]:
        with self.database.transaction():
            self.moving.shut_out(self.names)
            yield

    def mark(self) -> Mark:
        return Mark(*self.database.execute(MARK).fetchone())

    def is_empty(self) -> bool:
        return not any(
            self.database.execute(f"SELECT 1 FROM {table.name} LIMIT 1").fetchone()  # noqa: S608 - a name of ours
            for table in self.tables
            if not table.is_seeded
        )

    def accounts(self) -> Accounts:
        journey = SqlJourney(self.database).journey(self.now, self.timeout_seconds)
        return Accounts(SqlAccount(self.database).account(), journey)

    def totals(self, told: Told) -> list[Total]:
        return [total(table, self.chunks(table), told) for table in self.tables]

    def chunks(self, table: Table) -> Iterator[list[Row]]:
        """Read a table, a bounded number of rows at a time."""
        rows = iter(self.database.stream(table.select))
        while chunk := list(islice(rows, ROWS_AT_A_TIME)):
            yield chunk

    def fill(self, source: StoreSide, told: Told) -> list[Total]:
        for table in reversed(self.tables):
            self.database.execute(f"DELETE FROM {table.name}")  # noqa: S608 - a name of ours
        totals = [total(table, self._stored(table, source), told) for table in self.tables]
        self.database.execute(SET_VARIANT, source.database.execute(VARIANT).fetchone())
        self.moving.count_on(self.tables)
        return totals

    def set_copy_of(self, name: str) -> None:
        self.database.execute(SET_COPY_OF, (name,))

    def seal(self, place: str) -> None:
        self.database.execute(SET_MOVED_TO, (place,))
        self.moving.seal(self.names, MOVED.format(name=self.name, place=place))

    def _stored(self, table: Table, source: StoreSide) -> Iterator[list[Row]]:
        for chunk in source.chunks(table):
            try:
                self.database.execute_many(table.insert, chunk)
            except (ValueError, OverflowError) as fault:
                what = culprit(table, chunk)
                raise LedgerMismatch(REFUSED.format(name=self.name, what=what)) from fault
            yield chunk
