"""Where the ledger is: a SQLite file or a PostgreSQL database, told apart by the URL.

Nothing above this module knows which of the two it is.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from leadflow.adapters import sqlite_lock, sqlite_store
from leadflow.adapters.database import Database

__all__ = [
    "has_ledger",
    "hold",
    "is_held",
    "is_shared",
    "ledger_folder",
    "name_ledger",
    "open_store",
    "open_store_to_read",
]

POSTGRES = ("postgresql://", "postgres://")

# The PostgreSQL driver is imported where it is needed: it is slow to load, and a project on SQLite
# never needs it.


def is_shared(url: str) -> bool:
    """May several processes serve and work on this ledger at once?"""
    return url.startswith(POSTGRES)


def open_store(url: str) -> AbstractContextManager[Database]:
    """Open the ledger to write, making it when it is not there."""
    if is_shared(url):
        from leadflow.adapters import postgres_store  # noqa: PLC0415

        return postgres_store.open_store(url)
    return sqlite_store.open_store(sqlite_store.sqlite_path(url))


def open_store_to_read(url: str) -> AbstractContextManager[Database]:
    """Open the ledger and change nothing; one that is not there yet reads as empty."""
    if is_shared(url):
        from leadflow.adapters import postgres_store  # noqa: PLC0415

        return postgres_store.open_store_to_read(url)
    return sqlite_store.open_store_to_read(sqlite_store.sqlite_path(url))


def hold(url: str, *, role: str = "run") -> AbstractContextManager[None]:
    """Keep every other process of this role away from the ledger."""
    if is_shared(url):
        from leadflow.adapters import postgres_lock  # noqa: PLC0415

        return postgres_lock.hold(url, role=role)
    return sqlite_lock.hold(sqlite_store.sqlite_path(url), role=role)


def is_held(url: str, *, role: str = "run") -> bool:
    """Is a process of this role at work just now? Looking disturbs none."""
    if is_shared(url):
        from leadflow.adapters import postgres_lock  # noqa: PLC0415

        return postgres_lock.is_held(url, role=role)
    return sqlite_lock.is_held(sqlite_store.sqlite_path(url), role=role)


def has_ledger(url: str) -> bool:
    """Has a run made the ledger already? A server is taken to have one: only opening it tells."""
    return is_shared(url) or sqlite_store.sqlite_path(url).exists()


def name_ledger(url: str) -> str:
    """Give the one name of a ledger, however its URL is spelt; it holds no password."""
    if is_shared(url):
        from leadflow.adapters.postgres_connection import name_of  # noqa: PLC0415

        return name_of(url)
    return str(sqlite_store.sqlite_path(url).resolve())


def ledger_folder(url: str) -> Path | None:
    """Say which folder grows with the ledger; None when that is another machine's."""
    return None if is_shared(url) else sqlite_store.sqlite_path(url).absolute().parent
