"""One run at a time: a lock beside the ledger, which the system lets go when the process ends."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from leadflow.adapters.sqlite_database import storing
from leadflow.adapters.sqlite_store import make_private
from leadflow.domain.errors import LedgerBusy

__all__ = ["hold", "is_held"]

PATIENCE_SECONDS = 0.2  # whoever only looks is gone by then
RUN = "run"


@contextmanager
def hold(database: Path, *, role: str = RUN) -> Iterator[None]:
    """Keep every other process of this role away from the ledger."""
    path = _lock_path(database, role)
    make_private(path)
    lock = _connect(path, "rw", timeout=PATIENCE_SECONDS)
    try:
        try:
            with storing(path):
                lock.execute("BEGIN EXCLUSIVE")
        except LedgerBusy as busy:
            raise LedgerBusy(_complaint(database, role)) from busy
        yield
    finally:
        lock.close()


def is_held(database: Path, *, role: str = RUN) -> bool:
    """Is a process of this role at work just now? Looking disturbs none."""
    path = _lock_path(database, role)
    if not path.exists():
        return False
    lock = _connect(path, "ro", timeout=0)
    try:
        with storing(path):
            lock.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except LedgerBusy:
        return True
    finally:
        lock.close()
    return False


def _complaint(database: Path, role: str) -> str:
    if role == RUN:
        return f"another run is using {database}; wait for it to end"
    return f"another `leadflow {role}` is using {database}; end it first"


def _lock_path(database: Path, role: str) -> Path:
    # A database of its own: readers of the ledger are not in the way, nor kept out. It lies where
    # the ledger lies, by whatever name either is called.
    real = database.resolve()
    return real.with_name(f"{real.name}-lock" if role == RUN else f"{real.name}-{role}-lock")


def _connect(path: Path, mode: str, *, timeout: float) -> sqlite3.Connection:
    with storing(path):
        uri = f"file:{quote(str(path))}?mode={mode}"
        return sqlite3.connect(uri, uri=True, isolation_level=None, timeout=timeout)
