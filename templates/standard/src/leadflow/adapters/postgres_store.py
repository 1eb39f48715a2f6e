"""The PostgreSQL database: connected, found fit to keep what it stores, taken forward."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib.resources.abc import Traversable

from leadflow.adapters import sqlite_schema
from leadflow.adapters.database import Database
from leadflow.adapters.postgres_database import PostgresDatabase
from leadflow.adapters.postgres_schema import check_version, take_forward
from leadflow.adapters.schema_files import SCHEMA, latest_version
from leadflow.adapters.sqlite_database import SqliteDatabase
from leadflow.adapters.store_mark import check_mark, take_over
from leadflow.domain.errors import LedgerMismatch, SettingsError

__all__ = ["open_store", "open_store_to_read"]

# What must hold for a stored row to survive a power cut, and for every name to be stored.
REQUIRED = """
    SELECT current_setting('synchronous_commit') <> 'off',
           current_setting('fsync') = 'on',
           current_setting('server_encoding') = 'UTF8',
           current_setting('server_version_num')::int >= 150000
"""
PROBLEMS = (
    "loses acknowledged rows in a crash: set synchronous_commit = on",
    "loses acknowledged rows in a power cut: set fsync = on",
    "cannot store every name: create it with ENCODING 'UTF8'",
    "is too old: upgrade it to PostgreSQL 15 or newer",
)


@contextmanager
def open_store(
    url: str, *, schema: Traversable = SCHEMA, for_copy: bool = False
) -> Iterator[PostgresDatabase]:
    """Open the ledger, making its tables when not there; `for_copy` whatever its mark says."""
    with closing(PostgresDatabase(url)) as database:
        _check_is_fit(database)
        take_forward(database, schema=schema)
        if not for_copy:
            take_over(database)
        yield database


@contextmanager
def open_store_to_read(
    url: str, *, schema: Traversable = SCHEMA, for_copy: bool = False
) -> Iterator[Database]:
    """Open the ledger and change nothing; one that is not there yet reads as empty."""
    with closing(PostgresDatabase(url, read_only=True)) as database:
        version = check_version(database, schema=schema)
        if version:
            _check_is_current(database, version, schema)
            if not for_copy:
                check_mark(database)
            yield database
            return
    with closing(sqlite3.connect(":memory:")) as nothing:
        sqlite_schema.take_forward(nothing, version=0, schema=schema)
        yield SqliteDatabase(nothing, database.name)


def _check_is_fit(database: PostgresDatabase) -> None:
    verdicts = database.execute(REQUIRED).fetchone()
    problems = [
        f"{database.name} {problem}"
        for problem, is_met in zip(PROBLEMS, verdicts, strict=True)
        if not is_met
    ]
    if problems:
        raise SettingsError(problems)


def _check_is_current(database: PostgresDatabase, version: int, schema: Traversable) -> None:
    """Taking an older ledger forward is for a command that writes: the older leadflow is lost."""
    latest = latest_version(schema)
    if version < latest:
        raise LedgerMismatch(
            f"{database.name} has schema {version}, this leadflow works with {latest}: "
            "back it up, then `leadflow send` takes it forward"
        )
