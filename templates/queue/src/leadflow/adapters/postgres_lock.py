"""One run at a time: a lock that the server lets go when the process or its connection ends.

The lock belongs to a transaction, not to a session, because a pooler shares sessions out. The
transaction does nothing else, so it is in nobody's way, however long a run takes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

from leadflow.adapters.postgres_connection import connect, name_of
from leadflow.adapters.postgres_database import PostgresDatabase
from leadflow.adapters.postgres_failures import storing
from leadflow.adapters.postgres_schema import LOCK_CLASS
from leadflow.domain.errors import LedgerBusy

__all__ = ["hold", "is_held"]

RUN = "run"
TAKE = "SELECT pg_try_advisory_xact_lock(%s, hashtext(current_schema() || %s))"
# Said last: as long as the answer to a SELECT is the latest, the server keeps old rows for it.
STAY = "SET LOCAL idle_in_transaction_session_timeout = 0"
LOOK = """
    SELECT count(*)
      FROM pg_locks
     WHERE locktype = 'advisory' AND granted
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
       AND classid  = CAST(? AS oid)
       AND objid    = CAST(hashtext(current_schema() || ?) AS bigint) & 4294967295
       AND objsubid = 2
"""


@contextmanager
def hold(url: str, *, role: str = RUN) -> Iterator[None]:
    """Keep every other process of this role away from the ledger."""
    name = name_of(url)
    with closing(connect(url)) as lock:
        with storing(name):
            lock.execute("BEGIN")
            answer = lock.execute(TAKE, (LOCK_CLASS, role)).fetchone()
            lock.execute(STAY)
        if answer != (True,):
            raise LedgerBusy(_complaint(name, role))
        yield


def is_held(url: str, *, role: str = RUN) -> bool:
    """Is a process of this role at work just now? Looking disturbs none."""
    with closing(PostgresDatabase(url, read_only=True)) as database:
        return bool(database.execute(LOOK, (LOCK_CLASS, role)).fetchone()[0])


def _complaint(name: str, role: str) -> str:
    if role == RUN:
        return f"another run is using {name}; wait for it to end"
    return f"another `leadflow {role}` is using {name}; end it first"
