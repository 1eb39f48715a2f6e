"""What routing writes, within its transaction and with the leads locked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from leadflow.adapters.database import Database, marks
from leadflow.adapters.many_rows import by_powers_of_two, insert_many
from leadflow.adapters.stored_event import Event, Lead, Verdict
from leadflow.domain.delivery import DeliveryState
from leadflow.domain.inbox import PROVEN
from leadflow.domain.ledger import State

__all__ = ["SqlPlanning"]

OPEN = """
    SELECT delivery_id
      FROM delivery
     WHERE lead_seq IN ({seqs}) AND state IN ('waiting', 'claimed', 'dead', 'unknown')
     ORDER BY delivery_id
"""
# What waits is withdrawn. A claimed one may be on its way: it is only kept from waiting again,
# and so is a dead one. A settlement at the same time changes the same row, before or after this.
OVERTAKE = """
    UPDATE delivery
       SET is_overtaken = 1,
           state        = CASE state WHEN 'waiting' THEN 'superseded' ELSE state END,
           due_at       = CASE state WHEN 'waiting' THEN NULL ELSE due_at END,
           changed_at   = ?
     WHERE delivery_id = ? AND due_at IS NOT NULL
"""
# An enrolment that has certainly not happened follows the newest event, facts and all.
PLAN = """
    INSERT INTO delivery
           (lead_seq, destination, once, event_id, state, due_at, created_at, changed_at)
    VALUES {rows}
        ON CONFLICT (lead_seq, destination, once) DO UPDATE
       SET event_id     = excluded.event_id,
           is_overtaken = 0,
           state        = CASE WHEN delivery.due_at IS NULL
                               THEN excluded.state ELSE delivery.state END,
           due_at       = coalesce(delivery.due_at, excluded.due_at),
           changed_at   = excluded.changed_at
     WHERE delivery.state <> 'delivered'
"""
FILE = "UPDATE inbox SET state = ?, reason = ? WHERE event_id IN ({ids})"
EMPTY = "UPDATE inbox SET facts = '{}' WHERE event_id = ?"
REMEMBER = """
    INSERT INTO newest (lead_seq, event_id, issued_at) VALUES {rows}
        ON CONFLICT (lead_seq) DO UPDATE
       SET event_id = excluded.event_id, issued_at = excluded.issued_at
"""
PROVE = "UPDATE lead SET state = ?, reason = '', changed_at = ? WHERE seq = ?"


class SqlPlanning:
    """Stores the verdicts."""

    def __init__(self, database: Database, *, now: float) -> None:
        self._database = database
        self._now = now

    def overtake(self, seqs: Collection[int]) -> None:
        """Stop what is not delivered yet of leads with a newer event."""
        if not seqs:
            return
        found = self._database.execute(OPEN.format(seqs=marks([*seqs])), sorted(seqs))
        rows = [(self._now, delivery_id) for (delivery_id,) in found]
        self._database.execute_many(OVERTAKE, rows)

    def store(self, verdicts: Sequence[Verdict]) -> None:
        rows = [row for verdict in verdicts for row in self._deliveries(verdict)]
        insert_many(self._database, PLAN, rows)
        newest = [(event.lead_seq, event.event_id, event.issued_at) for event, *_ in verdicts]
        insert_many(self._database, REMEMBER, newest)
        routed = [verdict.event for verdict in verdicts if not verdict.fault]
        self._file(routed, "routed")
        for verdict in verdicts:
            if verdict.fault:
                self._file([verdict.event], "failed", verdict.fault)

    def supersede(self, events: Collection[Event]) -> None:
        """File those that came too late."""
        self._file(sorted(events), "superseded")

    def empty(self, events: Iterable[Event]) -> None:
        """Keep nothing of what these say."""
        self._database.execute_many(EMPTY, [(event.event_id,) for event in events])

    def prove(self, leads: Iterable[Lead]) -> None:
        """Clay has a lead that it calls back about."""
        rows = [
            (PROVEN[State(lead.state)], self._now, lead.seq)
            for lead in leads
            if lead.state in PROVEN
        ]
        self._database.execute_many(PROVE, rows)

    def _file(self, events: Sequence[Event], state: str, reason: str = "") -> None:
        for some in by_powers_of_two([event.event_id for event in events]):
            self._database.execute(FILE.format(ids=marks(some)), (state, reason, *some))

    def _deliveries(self, verdict: Verdict) -> Iterable[tuple[object, ...]]:
        event = verdict.event
        for destination, is_enrolment, state in verdict.planned:
            once = 0 if is_enrolment else event.event_id
            due_at = self._now if state is DeliveryState.WAITING else None
            yield (
                *(event.lead_seq, destination, once, event.event_id, state),
                *(due_at, self._now, self._now),
            )
