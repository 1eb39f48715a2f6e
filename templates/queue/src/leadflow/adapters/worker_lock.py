"""Any number of workers of the queue, or one run of `leadflow send`; never both on one ledger.

A run records what it finds in flight as lost and keeps a pace of its own, so it must find no worker
at work, and no worker may start beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

from leadflow.adapters.postgres_connection import connect, name_of
from leadflow.adapters.postgres_failures import storing
from leadflow.adapters.postgres_lock import STAY
from leadflow.adapters.postgres_schema import LOCK_CLASS
from leadflow.domain.errors import LedgerBusy

__all__ = ["hold_among_workers"]

SHARE = "SELECT pg_try_advisory_xact_lock_shared(%s, hashtext(current_schema() || %s))"


@contextmanager
def hold_among_workers(url: str, *, role: str) -> Iterator[None]:
    """Hold the role beside other workers; LedgerBusy while somebody holds it alone."""
    name = name_of(url)
    with closing(connect(url)) as lock:
        with storing(name):
            lock.execute("BEGIN")
            answer = lock.execute(SHARE, (LOCK_CLASS, role)).fetchone()
            lock.execute(STAY)
        if answer != (True,):
            raise LedgerBusy(f"somebody else uses {name} alone")
        yield
