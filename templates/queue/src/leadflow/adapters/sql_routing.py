"""From the inbox to the deliveries: each event is planned once, and the newest of a lead counts.

On PostgreSQL several processes route at once. What they need is locked first and read after that:
the events, then their leads; either is passed over when another process has it, and comes next
time. So nobody waits for anybody, and two events of one lead are never routed side by side.
What Clay still says of somebody who was purged goes nowhere, and is not kept.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from leadflow.adapters.database import Database, marks
from leadflow.adapters.sql_planning import SqlPlanning
from leadflow.adapters.stored_event import Event, Lead, Verdict
from leadflow.domain.planned import Plan

__all__ = ["SqlRouting"]

# "<> 'routed'" lets SQLite use the index, which leaves those out.
RECEIVED = """
    SELECT issued_at, event_id, lead_seq, facts
      FROM inbox
     WHERE state = 'received' AND state <> 'routed'
     ORDER BY event_id
     LIMIT ? {skip_locked}
"""
LEADS = "SELECT seq, lead_id, fields, state FROM lead WHERE seq IN ({seqs}) {skip_locked}"
NEWEST = "SELECT lead_seq, issued_at, event_id FROM newest WHERE lead_seq IN ({seqs})"


class SqlRouting:
    """Plans what was received, a batch in one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def route(self, plan: Plan, *, limit: int, now: float) -> int:
        """Route the oldest of the inbox; return how many events were dealt with."""
        with self._database.transaction():
            received = self._received(limit)
            leads = self._lock({event.lead_seq for event in received})
            events = [event for event in received if event.lead_seq in leads]
            if events:
                routed = self._newest(leads)
                verdicts = [
                    _judge(event, leads[event.lead_seq], plan)
                    for event in _latest(events)
                    if event.age >= routed.get(event.lead_seq, event.age)
                    and not leads[event.lead_seq].is_purged
                ]
                planning = SqlPlanning(self._database, now=now)
                planning.overtake({verdict.event.lead_seq for verdict in verdicts} & routed.keys())
                planning.store(verdicts)
                planning.supersede({*events} - {verdict.event for verdict in verdicts})
                planning.empty([event for event in events if leads[event.lead_seq].is_purged])
                planning.prove(leads.values())
        return len(events)

    def _received(self, limit: int) -> list[Event]:
        query = RECEIVED.format(skip_locked=self._database.skip_locked)
        return [Event(*row) for row in self._database.execute(query, (limit,))]

    def _lock(self, seqs: set[int]) -> dict[int, Lead]:
        if not seqs:
            return {}
        query = LEADS.format(seqs=marks([*seqs]), skip_locked=self._database.skip_locked)
        return {row[0]: Lead(*row) for row in self._database.execute(query, sorted(seqs))}

    def _newest(self, leads: Iterable[int]) -> dict[int, tuple[int, int]]:
        # A statement of its own, after the lock: it sees what the last holder has committed.
        seqs = list(leads)
        rows = self._database.execute(NEWEST.format(seqs=marks(seqs)), seqs)
        return {seq: (issued_at, event_id) for seq, issued_at, event_id in rows}


def _latest(events: Iterable[Event]) -> Iterable[Event]:
    return {event.lead_seq: event for event in sorted(events)}.values()


def _judge(event: Event, lead: Lead, plan: Plan) -> Verdict:
    """Plan one event; one that cannot be planned waits for a person and holds up no other."""
    try:
        return Verdict(event, plan(json.loads(event.facts), json.loads(lead.fields)))
    except Exception as defect:  # noqa: BLE001 - whatever it is, the other events must go on
        return Verdict(event, (), fault=f"routing failed: {type(defect).__name__}")
