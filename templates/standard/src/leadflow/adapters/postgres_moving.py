"""How a PostgreSQL database is kept still while it is copied, and sealed afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from leadflow.adapters.database import Database
from leadflow.adapters.postgres_failures import SEALED
from leadflow.adapters.store_tables import Table

__all__ = ["PostgresMoving"]

LOCK = "LOCK TABLE {tables} IN EXCLUSIVE MODE"  # readers go on
REFUSAL = """
    CREATE FUNCTION leadflow_seal() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN RAISE EXCEPTION USING MESSAGE = TG_ARGV[0], ERRCODE = ''{code}''; END'
"""
SEAL = """
    CREATE TRIGGER leadflow_seal BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}
        EXECUTE FUNCTION leadflow_seal('{sentence}')
"""
COUNT_ON = """
    SELECT setval(pg_get_serial_sequence('{table}', '{column}'), max({column}))
      FROM {table}
    HAVING count(*) > 0
"""


@dataclass(frozen=True, slots=True)
class PostgresMoving:
    """One database."""

    database: Database

    def shut_out(self, tables: Sequence[str]) -> None:
        self.database.execute(LOCK.format(tables=", ".join(tables)))

    def seal(self, tables: Sequence[str], sentence: str) -> None:
        # A trigger reaches those as well that were connected before it was there.
        self.database.execute(REFUSAL.format(code=SEALED))
        quoted = sentence.replace("'", "''")
        for table in tables:
            self.database.execute(SEAL.format(table=table, sentence=quoted))

    def count_on(self, tables: Sequence[Table]) -> None:
        for table in tables:
            if table.numbers:
                query = COUNT_ON.format(table=table.name, column=table.numbers)
                self.database.execute(query)
