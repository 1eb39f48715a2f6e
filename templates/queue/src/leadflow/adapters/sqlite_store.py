"""The SQLite file: found by its URL, opened safely, taken forward to the current schema.

WAL with synchronous FULL: what was committed survives a crash and a power cut.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from importlib.resources.abc import Traversable
from pathlib import Path
from urllib.parse import quote

from leadflow.adapters.schema_files import SCHEMA, latest_version
from leadflow.adapters.sqlite_database import SqliteDatabase, is_busy, storing
from leadflow.adapters.sqlite_schema import check_is_current, check_version, take_forward
from leadflow.adapters.store_mark import check_mark, take_over
from leadflow.domain.errors import LedgerError

__all__ = ["make_private", "open_store", "open_store_to_read", "sqlite_path"]

BUSY_MILLISECONDS = 5_000  # another process may be reading the account
MOST_LOG_BYTES = 64 * 1024**2  # of the write-ahead log, once no long reader needs more of it
PRAGMAS = f"""
    PRAGMA busy_timeout       = {BUSY_MILLISECONDS};
    PRAGMA journal_mode       = WAL;
    PRAGMA synchronous        = FULL;
    PRAGMA foreign_keys       = ON;
    PRAGMA cache_size         = -8192;   -- KiB: memory stays flat however large the ledger is
    PRAGMA wal_autocheckpoint = 4000;    -- pages: a commit seldom waits for the log to be emptied
    PRAGMA journal_size_limit = {MOST_LOG_BYTES};
"""


def sqlite_path(url: str) -> Path:
    """Give the file that sqlite:///FILE names."""
    return Path(url.removeprefix("sqlite:///"))


@contextmanager
def open_store(
    path: Path, *, schema: Traversable = SCHEMA, for_copy: bool = False
) -> Iterator[SqliteDatabase]:
    """Open the ledger, making it when it is not there; `for_copy` whatever its mark says."""
    make_private(path)
    with _connected(path, "rw") as connection:
        database = SqliteDatabase(connection, str(path))
        with storing(path):
            check_version(connection, path, schema=schema)  # before a foreign file is written to
            _set_up(connection)
        with database.transaction():
            version = check_version(connection, path, schema=schema)
            if version < latest_version(schema):
                take_forward(connection, version=version, schema=schema)
            if not for_copy:
                take_over(database)
        yield database


@contextmanager
def open_store_to_read(
    path: Path, *, schema: Traversable = SCHEMA, for_copy: bool = False
) -> Iterator[SqliteDatabase]:
    """Open the ledger and leave no trace; one that is not there yet reads as empty."""
    real = path.resolve()
    # Without a write-ahead log nobody is writing, and SQLite need not make one to read.
    is_at_rest = not real.with_name(f"{real.name}-wal").exists()
    if path.exists():
        with _connected(path, "ro&immutable=1" if is_at_rest else "ro") as connection:
            with storing(path):
                connection.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
                version = check_version(connection, path, schema=schema)
            if version:
                check_is_current(path, version, schema=schema)
                database = SqliteDatabase(connection, str(path))
                if not for_copy:
                    check_mark(database)
                yield database
                return
    with closing(sqlite3.connect(":memory:")) as nothing:
        take_forward(nothing, version=0, schema=schema)
        yield SqliteDatabase(nothing, str(path))


def make_private(path: Path) -> None:
    """Make the file, when it is not there, for its owner's eyes only."""
    # One that is there must not be opened and closed here: that would let go of the locks of every
    # connection which this process has to it (POSIX), and another process would take the write-
    # ahead log for abandoned.
    try:
        if not path.exists():
            with suppress(FileExistsError):  # another process was quicker
                os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError as fault:
        raise LedgerError(
            f"cannot use {path}: {fault.strerror}; check the folder and its permissions"
        ) from fault


def _set_up(connection: sqlite3.Connection) -> None:
    """Try again while another process gives the new file its log: SQLite itself would not wait."""
    until = time.monotonic() + BUSY_MILLISECONDS / 1000
    while True:
        try:
            connection.executescript(PRAGMAS)
        except sqlite3.OperationalError as fault:
            if not is_busy(fault) or time.monotonic() > until:
                raise
            time.sleep(0.01)
        else:
            return


@contextmanager
def _connected(path: Path, mode: str) -> Iterator[sqlite3.Connection]:
    with storing(path):
        uri = f"file:{quote(str(path.absolute()))}?mode={mode}"
        connection = sqlite3.connect(uri, uri=True, isolation_level=None)
    try:
        yield connection
    finally:
        connection.close()
