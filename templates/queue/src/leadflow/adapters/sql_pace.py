"""The pace in the ledger: what two runs in a row must know of each other."""

from __future__ import annotations

from leadflow.adapters.database import Database
from leadflow.domain.pacing import Pace

__all__ = ["SqlPace"]

LOAD = "SELECT last_start, not_before FROM pace"
KEEP = "UPDATE pace SET last_start = ?, not_before = ?"
PAUSE = "UPDATE pace SET not_before = ?"


class SqlPace:
    """One row. Clamped whenever it is read, so that a clock set back delays one run at most."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self, *, now: float) -> Pace:
        with self._database.transaction():
            pace = Pace(*self._database.execute(LOAD).fetchone()).clamped(now)
            self._database.execute(KEEP, (pace.last_start, pace.not_before))
        return pace

    async def pause(self, *, until: float) -> None:
        with self._database.transaction():
            self._database.execute(PAUSE, (until,))
