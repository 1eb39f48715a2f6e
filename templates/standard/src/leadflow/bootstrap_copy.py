"""One store copied into another: read it as the diagram of what is connected.

Database (DATABASE_URL) ── StoreSide ──> copy_store ──> StoreSide ── Database (--to)
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial

from leadflow.adapters import sqlite_store
from leadflow.adapters.database import Database
from leadflow.adapters.sqlite_moving import SqliteMoving
from leadflow.adapters.store_side import StoreSide
from leadflow.adapters.store_tables import store_tables
from leadflow.bootstrap_store import has_ledger, hold, is_shared, name_ledger
from leadflow.domain.errors import LedgerBusy, LedgerError, LedgerMismatch, SettingsError
from leadflow.settings import Settings
from leadflow.use_cases.copy_store import CopiedStore, Told, copy_store

__all__ = ["CopiedStore", "copy_ledger", "open_side"]

ROLES = ("run", "serve", "work", "queue")  # of whoever would go on with the old store
AT_WORK = "{name} is in use: end `leadflow send`, `serve` and `work` first, then run again"
NO_LEDGER = "there is no ledger at {name}; check DATABASE_URL"
SAME = "--to names the store that DATABASE_URL names; copy into another one"


def copy_ledger(settings: Settings, url: str, *, keeps: bool, told: Told) -> CopiedStore:
    """Copy the ledger of the settings to the URL; nothing is changed unless all is equal."""
    source = settings.database
    if name_ledger(source) == name_ledger(url):
        raise SettingsError([SAME])
    if not has_ledger(source):
        raise SettingsError([NO_LEDGER.format(name=name_ledger(source))])
    side = partial(open_side, now=time.time(), timeout_seconds=settings.callback_timeout_seconds)
    with _at_rest(source):
        _check_target(url)
        with side(source) as one, side(url) as other:
            return copy_store(one, other, keeps=keeps, told=told)


@contextmanager
def _at_rest(url: str) -> Iterator[None]:
    """Keep away everybody who works on the ledger for longer than a moment."""
    with ExitStack() as stack:
        try:
            for role in ROLES:
                stack.enter_context(hold(url, role=role))
        except LedgerBusy as busy:
            raise LedgerBusy(AT_WORK.format(name=name_ledger(url))) from busy
        yield


def _check_target(url: str) -> None:
    """Look, before anything is made there: whatever it is, it is not taken forward."""
    try:
        with _open_to_read(url):
            pass
    except LedgerMismatch as mismatch:
        raise LedgerMismatch(f"--to: {mismatch}; or copy into an empty database") from mismatch
    except LedgerError as fault:
        raise type(fault)(str(fault).replace("DATABASE_URL", "--to")) from fault


@contextmanager
def open_side(url: str, *, now: float, timeout_seconds: float) -> Iterator[StoreSide]:
    """Open a store, whatever its mark says; accounts are those of `now`."""
    with ExitStack() as stack:
        database: Database
        if is_shared(url):
            # Imported here because the driver is slow to load, as in bootstrap_store.py.
            from leadflow.adapters import postgres_store  # noqa: PLC0415
            from leadflow.adapters.postgres_moving import PostgresMoving  # noqa: PLC0415

            database = stack.enter_context(postgres_store.open_store(url, for_copy=True))
            moving: PostgresMoving | SqliteMoving = PostgresMoving(database)
        else:
            path = sqlite_store.sqlite_path(url)
            database = stack.enter_context(sqlite_store.open_store(path, for_copy=True))
            moving = SqliteMoving(database)
        yield StoreSide(
            name_ledger(url),
            database,
            moving,
            store_tables(),
            now=now,
            timeout_seconds=timeout_seconds,
        )


def _open_to_read(url: str) -> AbstractContextManager[Database]:
    if is_shared(url):
        from leadflow.adapters import postgres_store  # noqa: PLC0415 - as above

        return postgres_store.open_store_to_read(url, for_copy=True)
    return sqlite_store.open_store_to_read(sqlite_store.sqlite_path(url), for_copy=True)
