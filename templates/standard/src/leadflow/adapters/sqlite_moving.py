"""How a SQLite file is kept still while it is copied, and sealed afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from leadflow.adapters.database import Database
from leadflow.adapters.store_tables import Table

__all__ = ["SqliteMoving"]

CHANGES = ("INSERT", "UPDATE", "DELETE")
SEAL = "CREATE TRIGGER seal_{change}_{table} BEFORE {change} ON {table} BEGIN {refusal}; END"


@dataclass(frozen=True, slots=True)
class SqliteMoving:
    """One file."""

    database: Database

    def shut_out(self, tables: Sequence[str]) -> None:
        """Nothing is left to do: a transaction has the file to itself."""

    def seal(self, tables: Sequence[str], sentence: str) -> None:
        # A trigger reaches those as well that opened the file before it was there.
        quoted = sentence.replace("'", "''")
        refusal = f"SELECT RAISE(ABORT, '{quoted}')"
        for table in tables:
            for change in CHANGES:
                self.database.execute(SEAL.format(change=change, table=table, refusal=refusal))

    def count_on(self, tables: Sequence[Table]) -> None:
        """Nothing is left to do: a new row is numbered after the last one that is there."""
