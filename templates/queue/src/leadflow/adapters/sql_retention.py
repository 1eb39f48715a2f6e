"""What is kept about people ends; that it was there stays counted.

An event keeps its row, so that the same callback is still a duplicate and an older one still too
late; its facts become {}. A few rows at a time, so that callbacks go on being taken meanwhile.
"""

from __future__ import annotations

from typing import NamedTuple

from leadflow.adapters.database import Database, marks
from leadflow.adapters.sql_erasure import erase

__all__ = ["Limits", "SqlRetention", "empty_dead", "limits_at"]

DAY = 86_400
AT_A_TIME = 1_000
LAST = "SELECT coalesce(max(event_id), 0) FROM inbox"
# Locked first, looked at again after that: `dead redrive` does the same.
OLD = """
    SELECT event_id
      FROM inbox
     WHERE event_id > ? AND event_id <= ? AND received_at < ? AND facts <> '{{}}' {skip_locked}
"""
EMPTY = """
    UPDATE inbox
       SET facts = '{{}}'
     WHERE event_id IN ({events})
       AND (state IN ('routed', 'superseded') OR state = 'failed' AND received_at < ?)
       AND NOT EXISTS (
               SELECT 1
                 FROM delivery
                WHERE delivery.lead_seq = inbox.lead_seq
                  AND delivery.event_id = inbox.event_id
                  AND (delivery.state IN ('waiting', 'claimed') OR due_at >= ?)
           )
"""
DEAD = """
    SELECT DISTINCT event_id
      FROM delivery
     WHERE state = 'dead' AND due_at < ? AND (CAST(? AS TEXT) IS NULL OR destination = ?)
     ORDER BY event_id
"""
LOCK = """
    SELECT event_id FROM inbox WHERE facts <> '{{}}' AND event_id IN ({events}) {skip_locked}
"""
EMPTY_DEAD = """
    UPDATE inbox
       SET facts = '{{}}'
     WHERE event_id IN ({events})
       AND NOT EXISTS (
               SELECT 1
                 FROM delivery
                WHERE delivery.lead_seq = inbox.lead_seq
                  AND delivery.event_id = inbox.event_id
                  AND delivery.state IN ('waiting', 'claimed', 'dead', 'unknown')
                  AND (delivery.state <> 'dead' OR due_at >= ?
                       OR CAST(? AS TEXT) IS NOT NULL AND destination <> ?)
           )
"""
FORGET = "DELETE FROM quarantine WHERE last_at < ?"


class Limits(NamedTuple):
    """What is from before these times goes."""

    received: float
    dead: float


def limits_at(now: float, *, inbox_days: float, dead_days: float) -> Limits:
    return Limits(now - inbox_days * DAY, now - dead_days * DAY)


class SqlRetention:
    """Empties what is too old, and what a person asks to be emptied."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def purge_old(self, *, now: float, inbox_days: float, dead_days: float) -> dict[str, int]:
        """Empty old facts that nothing waits for; dead letters are kept for longer."""
        limits = limits_at(now, inbox_days=inbox_days, dead_days=dead_days)
        emptied = sum(self.empty(start, limits) for start in self.rounds())
        return {"inbox": emptied, "quarantine": self.forget(limits)}

    def rounds(self) -> range:
        """Where each round of `empty` begins."""
        (last,) = self._database.execute(LAST).fetchone()
        return range(0, last, AT_A_TIME)

    def purge_email(self, key: str) -> dict[str, int]:
        """Empty whatever mentions the address, and all about the lead that has it."""
        return erase(self._database, key)

    def empty(self, start: int, limits: Limits) -> int:
        """Do one round."""
        old = OLD.format(skip_locked=self._database.skip_locked)
        with self._database.transaction():
            found = self._database.execute(old, (start, start + AT_A_TIME, limits.received))
            events = [event_id for (event_id,) in found]
            if not events:
                return 0
            query = EMPTY.format(events=marks(events))
            return self._database.execute(query, (*events, limits.dead, limits.dead)).rowcount

    def forget(self, limits: Limits) -> int:
        """Forget old bodies of the quarantine."""
        return self._database.execute(FORGET, (limits.received,)).rowcount


def empty_dead(database: Database, *, before: float, destination: str | None) -> int:
    """Empty the facts of dead deliveries that no other delivery needs."""
    found = database.execute(DEAD, (before, destination, destination)).fetchall()
    emptied = 0
    for start in range(0, len(found), AT_A_TIME):
        ids = [event_id for (event_id,) in found[start : start + AT_A_TIME]]
        with database.transaction():
            lock = LOCK.format(events=marks(ids), skip_locked=database.skip_locked)
            events = [event_id for (event_id,) in database.execute(lock, ids)]
            if events:
                query = EMPTY_DEAD.format(events=marks(events))
                values = (*events, before, destination, destination)
                emptied += database.execute(query, values).rowcount
    return emptied
