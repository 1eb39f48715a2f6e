"""The tables of a store, in an order in which they can be filled: read from the schema itself.

So a copy forgets none, whatever a later version adds.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from importlib.resources.abc import Traversable
from typing import NamedTuple

from leadflow.adapters.database import marks
from leadflow.adapters.schema_files import SCHEMA
from leadflow.adapters.sqlite_schema import take_forward

__all__ = ["Table", "store_tables"]

MARK = "store"  # says which store it is: it is not copied, it is written
NAMES = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY rowid"


class Table(NamedTuple):
    """One table; `numbers` is the column that the store counts up by itself, if it has one."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    numbers: str | None
    is_seeded: bool  # has a row from the beginning

    @property
    def select(self) -> str:
        """Read every row, in the same order from any store."""
        columns, key = ", ".join(self.columns), ", ".join(self.key)
        return f"SELECT {columns} FROM {self.name} ORDER BY {key}"  # noqa: S608 - names of ours

    @property
    def insert(self) -> str:
        columns = ", ".join(self.columns)
        return f"INSERT INTO {self.name} ({columns}) VALUES ({marks(self.columns)})"  # noqa: S608 - as above


def store_tables(schema: Traversable = SCHEMA) -> list[Table]:
    """Name them, each after those it refers to."""
    with closing(sqlite3.connect(":memory:")) as model:
        take_forward(model, version=0, schema=schema)
        return list(_tables(model))


def _tables(model: sqlite3.Connection) -> Iterator[Table]:
    for (name,) in model.execute(NAMES).fetchall():
        if name == MARK:
            continue
        columns = model.execute(f"PRAGMA table_info({name})").fetchall()
        key = {place: (column, kind) for _, column, kind, _, _, place in columns if place}
        (rows,) = model.execute(f"SELECT count(*) FROM {name}").fetchone()  # noqa: S608 - as above
        yield Table(
            name,
            columns=tuple(column[1] for column in columns),
            key=tuple(column for _, (column, _) in sorted(key.items())),
            numbers=key[1][0] if len(key) == 1 and key[1][1] == "INTEGER" else None,
            is_seeded=rows > 0,
        )
