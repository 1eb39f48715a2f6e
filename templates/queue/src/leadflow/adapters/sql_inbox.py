"""The inbox as people ask about it: what arrived, what became of it, and once more, please."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from leadflow.adapters.database import Database
from leadflow.adapters.sql_arrivals import accept
from leadflow.domain.inbox import Acceptance, Arrival

__all__ = ["EventDelivery", "EventNote", "SqlInbox", "StoredEvent"]

NOTE = "event_id, lead_id, inbox.state, issued_at, received_at, inbox.reason"
LISTING = """
    SELECT {note}
      FROM inbox JOIN lead ON seq = lead_seq
     WHERE {which}
     ORDER BY event_id DESC
     LIMIT ?
"""
# "<> 'routed'" lets SQLite use the index, which leaves those out.
WHICH = {"routed": "inbox.state = ?"}
OTHERS = "inbox.state = ? AND inbox.state <> 'routed'"
SHOW = f"SELECT {NOTE}, digest, facts FROM inbox JOIN lead ON seq = lead_seq WHERE event_id = ?"  # noqa: S608 - our own names
DELIVERIES = """
    SELECT delivery_id, destination, delivery.state
      FROM inbox JOIN delivery USING (lead_seq)
     WHERE inbox.event_id = ? AND delivery.event_id = inbox.event_id
     ORDER BY delivery_id
"""
COUNT = "SELECT count(*) FROM inbox"
COUNT_OPEN = "SELECT state, count(*) FROM inbox WHERE state <> 'routed' GROUP BY state"
# Of the routed events of a lead only the newest: routing an older one would undo the newer.
RETRY = """
    UPDATE inbox
       SET state = 'received', reason = ''
     WHERE event_id = ? AND facts <> '{}'
       AND (state = 'failed'
            OR state = 'routed' AND event_id IN (SELECT event_id FROM newest
                                                  WHERE newest.lead_seq = inbox.lead_seq))
"""


class EventNote(NamedTuple):
    """An event, without what it says about anybody."""

    event_id: int
    lead_id: str
    state: str
    issued_at: int
    received_at: float
    reason: str


class EventDelivery(NamedTuple):
    """Where an event went, or is to go."""

    delivery_id: int
    destination: str
    state: str


class StoredEvent(NamedTuple):
    """An event with all there is of it."""

    note: EventNote
    digest: str
    facts: str
    deliveries: list[EventDelivery]


class SqlInbox:
    """Takes arrivals in; shows them; routes one anew when a person asks."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def accept(self, arrivals: Sequence[Arrival]) -> list[Acceptance]:
        """Store these, in their order; one answer each."""
        return accept(self._database, arrivals)

    def listing(self, *, state: str | None, limit: int) -> list[EventNote]:
        """The newest first."""
        which, values = ("1 = 1", ()) if state is None else (WHICH.get(state, OTHERS), (state,))
        query = LISTING.format(note=NOTE, which=which)
        return [EventNote(*row) for row in self._database.execute(query, (*values, limit))]

    def count(self) -> dict[str, int]:
        """How many events are in each state."""
        (total,) = self._database.execute(COUNT).fetchone()
        count = dict(self._database.execute(COUNT_OPEN).fetchall())
        routed = {"routed": total - sum(count.values())}
        return {state: number for state, number in (routed | count).items() if number}

    def show(self, event_id: int) -> StoredEvent | None:
        row = self._database.execute(SHOW, (event_id,)).fetchone()
        if row is None:
            return None
        *note, digest, facts = row
        found = self._database.execute(DELIVERIES, (event_id,))
        deliveries = [EventDelivery(*delivery) for delivery in found]
        return StoredEvent(EventNote(*note), bytes(digest).hex(), facts, deliveries)

    def retry(self, event_ids: Collection[int], *, now: float) -> int:  # noqa: ARG002 - no trace is kept
        """Route these anew; purged and superseded ones stay as they are."""
        with self._database.transaction():
            return sum(
                self._database.execute(RETRY, (event_id,)).rowcount
                for event_id in sorted(set(event_ids))
            )
