"""The SQLite file: opened safely, brought to the current schema, held by one run at a time.

WAL with synchronous FULL: what was committed survives a crash and a power cut.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

from leadflow.domain.errors import LedgerBusy, LedgerError, LedgerMismatch

__all__ = ["SCHEMA_VERSION", "hold", "is_held", "open_store", "storing", "transaction"]

SCHEMA_VERSION = 1
PRAGMAS = """
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous  = FULL;
    PRAGMA foreign_keys = ON;
    PRAGMA cache_size   = -8192;   -- KiB: memory stays flat however large the ledger is
    PRAGMA busy_timeout = 5000;    -- milliseconds; another process may be reading the account
"""


@contextmanager
def open_store(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the ledger, making it when it is not there."""
    _make_private(path)
    with storing(path):
        connection = sqlite3.connect(path, isolation_level=None)
    try:
        with storing(path):
            connection.executescript(PRAGMAS)
            _bring_to_current_schema(connection, path)
        yield connection
    finally:
        connection.close()


@contextmanager
def hold(path: Path) -> Iterator[None]:
    """Keep every other run away from the ledger. The system lets go when the process ends."""
    lock = _lock(path)
    try:
        try:
            with storing(path):
                lock.execute("BEGIN EXCLUSIVE")
        except LedgerBusy as busy:
            raise LedgerBusy(f"another run is using {path}; wait for it to end") from busy
        yield
    finally:
        lock.close()


def is_held(path: Path) -> bool:
    """Is a run going on just now?"""
    try:
        with hold(path):
            return False
    except LedgerBusy:
        return True


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
        raise LedgerError(f"{path} is not a sound ledger: {fault}; restore a copy") from fault


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


def _make_private(path: Path) -> None:
    """Make the file, when it is not there, for its owner's eyes only."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    except OSError as fault:
        raise LedgerError(
            f"cannot use {path}: {fault.strerror}; check the folder and its permissions"
        ) from fault


def _lock(path: Path) -> sqlite3.Connection:
    # A database of its own: readers of the ledger are not in the way, nor kept out.
    lock_path = path.with_name(f"{path.name}-lock")
    _make_private(lock_path)
    with storing(path):
        return sqlite3.connect(lock_path, isolation_level=None, timeout=0)


def _bring_to_current_schema(connection: sqlite3.Connection, path: Path) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > SCHEMA_VERSION:
        raise LedgerMismatch(
            f"{path} has schema {version}, this leadflow knows {SCHEMA_VERSION}; upgrade leadflow"
        )
    if version < SCHEMA_VERSION:
        schema = files("leadflow.adapters").joinpath("schema.sql").read_text(encoding="utf-8")
        connection.executescript(f"BEGIN IMMEDIATE;\n{schema}\nCOMMIT;")
