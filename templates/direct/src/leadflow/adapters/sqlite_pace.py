"""The pace in the ledger: what two runs in a row must know of each other."""

from __future__ import annotations

import sqlite3

from leadflow.adapters.sqlite_store import transaction
from leadflow.domain.pacing import Pace

__all__ = ["SqlitePace"]

LOAD = "SELECT last_start, not_before FROM pace"
KEEP = "UPDATE pace SET last_start = ?, not_before = ?"
PAUSE = "UPDATE pace SET not_before = ?"


class SqlitePace:
    """One row. Clamped whenever it is read, so that a clock set back delays one run at most."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    async def load(self, *, now: float) -> Pace:
        with transaction(self._connection):
            pace = Pace(*self._connection.execute(LOAD).fetchone()).clamped(now)
            self._connection.execute(KEEP, (pace.last_start, pace.not_before))
        return pace

    async def pause(self, *, until: float) -> None:
        with transaction(self._connection):
            self._connection.execute(PAUSE, (until,))
