"""Dead letters on their way back: they wait again, under the same identity."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from leadflow.adapters.database import Database, marks

__all__ = ["redrive"]

LOCK = """
    SELECT event_id
      FROM inbox
     WHERE facts <> '{{}}'
       AND event_id IN (SELECT event_id FROM delivery WHERE delivery_id IN ({ids})) {skip_locked}
"""
# Its attempts begin anew. One that a newer event has overtaken has nothing to say any more.
REDRIVE = """
    UPDATE delivery
       SET state = 'waiting', attempts = 0, due_at = ?, changed_at = ?
     WHERE delivery_id IN ({ids}) AND event_id IN ({events})
       AND state IN ('dead', 'unknown') AND is_overtaken = 0
"""
OVERTAKEN = """
    UPDATE delivery
       SET state = 'superseded', due_at = NULL, changed_at = ?
     WHERE delivery_id IN ({ids}) AND event_id IN ({events})
       AND state IN ('dead', 'unknown') AND is_overtaken = 1
"""
AT_A_TIME = 500


def redrive(database: Database, delivery_ids: Iterable[int], *, now: float) -> int:
    """Let these wait again; return how many do."""
    ids = sorted(set(delivery_ids))
    return sum(
        _redrive(database, ids[start : start + AT_A_TIME], now=now)
        for start in range(0, len(ids), AT_A_TIME)
    )


def _redrive(database: Database, ids: Sequence[int], *, now: float) -> int:
    lock = LOCK.format(ids=marks(ids), skip_locked=database.skip_locked)
    with database.transaction():
        events = [event_id for (event_id,) in database.execute(lock, ids)]
        if not events:
            return 0
        overtaken, waiting = (
            query.format(ids=marks(ids), events=marks(events)) for query in (OVERTAKEN, REDRIVE)
        )
        database.execute(overtaken, (now, *ids, *events))
        return database.execute(waiting, (now, now, *ids, *events)).rowcount
