"""Any number of workers of the queue, or one run of `leadflow send`; never both on one ledger.

A run records what it finds in flight as lost and keeps a pace of its own, so it must find no worker
at work, and no worker may start beside it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from psycopg import Connection

from leadflow.adapters.postgres_connection import connect, name_of
from leadflow.adapters.postgres_failures import storing
from leadflow.adapters.postgres_lock import STAY
from leadflow.adapters.postgres_schema import LOCK_CLASS
from leadflow.domain.errors import LedgerBusy

__all__ = ["AmongWorkers", "hold_among_workers"]

SHARE = "SELECT pg_try_advisory_xact_lock_shared(%s, hashtext(current_schema() || %s))"
ALONE = "`leadflow send` uses {name} alone; wait for it to end"


class AmongWorkers:
    """The role, held beside other workers for as long as the connection lasts."""

    def __init__(self, url: str, role: str) -> None:
        self._url, self._role = url, role
        self._connection: Connection[Any] | None = None

    def take(self) -> None:
        """Hold it, on a connection that is alive; LedgerBusy while somebody holds it alone."""
        self.close()
        name, self._connection = name_of(self._url), connect(self._url)
        with storing(name):
            self._connection.execute("BEGIN")
            answer = self._connection.execute(SHARE, (LOCK_CLASS, self._role)).fetchone()
            self._connection.execute(STAY)
        if answer != (True,):
            raise LedgerBusy(ALONE.format(name=name))

    async def lost(self) -> None:
        """Wait until the server says anything: it is not asked, so it is that this is over."""
        if self._connection is None or self._connection.closed:
            return
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        socket = self._connection.fileno()
        loop.add_reader(socket, ended.set)
        try:
            await ended.wait()
        finally:
            loop.remove_reader(socket)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()


@contextmanager
def hold_among_workers(url: str, *, role: str) -> Iterator[AmongWorkers]:
    """Hold the role beside other workers; LedgerBusy while somebody holds it alone."""
    with closing(AmongWorkers(url, role)) as held:
        held.take()
        yield held
