"""Deliveries whose worker is gone: put back, or left to a person when they may have happened."""

from __future__ import annotations

from collections.abc import Collection

from leadflow.adapters.database import Database, marks

__all__ = ["SqlRecovery"]

LEFT_BEHIND = """
    SELECT delivery_id
      FROM delivery
     WHERE state = 'claimed' AND due_at <= ?
     ORDER BY delivery_id
     LIMIT ? {skip_locked}
"""
# As in sql_deliveries.py, one that a newer event has overtaken never waits again.
RECOVER = """
    UPDATE delivery
       SET state      = CASE WHEN once = 0 OR destination IN ({enrolments}) THEN 'unknown'
                             WHEN is_overtaken = 1 THEN 'superseded'
                             ELSE 'waiting' END,
           due_at     = CASE WHEN once = 0 OR destination IN ({enrolments}) THEN ?
                             WHEN is_overtaken = 1 THEN NULL
                             ELSE ? END,
           reason     = 'its worker ended before the answer',
           changed_at = ?
     WHERE delivery_id IN ({ids})
"""
FOR_EVER = 1e300  # every lease ends before
AT_A_TIME = 500


class SqlRecovery:
    """Takes leases back."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def recover(self, enrolments: Collection[str], *, now: float, all: bool) -> int:  # noqa: A002 - it is said in full
        """Free what was claimed and whose lease has ended; `all` when nobody can be at work."""
        query = LEFT_BEHIND.format(skip_locked=self._database.skip_locked)
        names = [*enrolments, ""]  # IN needs one at least
        count = 0
        with self._database.transaction():
            while found := self._database.execute(
                query, (FOR_EVER if all else now, AT_A_TIME)
            ).fetchall():
                ids = [delivery_id for (delivery_id,) in found]
                free = RECOVER.format(ids=marks(ids), enrolments=marks(names))
                self._database.execute(free, (*names, *names, now, now, now, *ids))
                count += len(ids)
        return count
