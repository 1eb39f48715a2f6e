"""The SQLite file: opened safely, brought to the current schema.

WAL with synchronous FULL: what was committed survives a crash and a power cut.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from leadflow.adapters.sqlite_schema import SCHEMA_VERSION, check_version, make_schema
from leadflow.domain.errors import LedgerBusy, LedgerDamaged, LedgerError

__all__ = ["make_private", "open_store", "open_store_to_read", "storing", "transaction"]

BUSY_MILLISECONDS = 5_000  # another process may be reading the account
PRAGMAS = f"""
    PRAGMA busy_timeout = {BUSY_MILLISECONDS};
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous  = FULL;
    PRAGMA foreign_keys = ON;
    PRAGMA cache_size   = -8192;   -- KiB: memory stays flat however large the ledger is
"""


@contextmanager
def open_store(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the ledger, making it when it is not there."""
    make_private(path)
    with _connected(path, "rw") as connection:
        with storing(path):
            check_version(connection, path)  # before anything is written to a foreign file
            connection.executescript(PRAGMAS)
        with transaction(connection, path):
            if check_version(connection, path) < SCHEMA_VERSION:
                make_schema(connection)
        yield connection


@contextmanager
def open_store_to_read(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the ledger and leave no trace; one that is not there yet reads as empty."""
    real = path.resolve()
    # Without a write-ahead log nobody is writing, and SQLite need not make one to read.
    is_at_rest = not real.with_name(f"{real.name}-wal").exists()
    if path.exists():
        with _connected(path, "ro&immutable=1" if is_at_rest else "ro") as connection:
            with storing(path):
                connection.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
                version = check_version(connection, path)
            if version:
                yield connection
                return
    with closing(sqlite3.connect(":memory:")) as nothing:
        make_schema(nothing)
        yield nothing


@contextmanager
def storing(path: Path | str) -> Iterator[None]:
    """Turn SQLite's failures into ours, with the remedy."""
    try:
        yield
    except sqlite3.OperationalError as fault:
        if fault.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise LedgerBusy(f"{path} is in use by another program; run again later") from fault
        raise LedgerError(
            f"cannot use {path}: {fault}; check disk space and permissions, then run again"
        ) from fault
    except sqlite3.DatabaseError as fault:
        raise LedgerDamaged(f"{path} is not a sound ledger: {fault}; restore a copy") from fault


@contextmanager
def transaction(connection: sqlite3.Connection, path: Path | str = "ledger") -> Iterator[None]:
    """All or nothing; durable once the block has ended."""
    with storing(path):
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def make_private(path: Path) -> None:
    """Make the file, when it is not there, for its owner's eyes only."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    except OSError as fault:
        raise LedgerError(
            f"cannot use {path}: {fault.strerror}; check the folder and its permissions"
        ) from fault


@contextmanager
def _connected(path: Path, mode: str) -> Iterator[sqlite3.Connection]:
    with storing(path):
        uri = f"file:{quote(str(path.absolute()))}?mode={mode}"
        connection = sqlite3.connect(uri, uri=True, isolation_level=None)
    try:
        yield connection
    finally:
        connection.close()
