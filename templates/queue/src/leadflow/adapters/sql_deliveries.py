"""Deliveries between claim and end.

A claim is a lease: stored before the request starts, and recovered when its worker is gone.
Rule 1: of a lead at most one delivery to a destination is claimed at a time; an index sees to it.
Rule 2: a delivery that a newer event has overtaken never waits again; routing and settling change
the same row, so whichever comes second sees the other.
Rule 3: a worker that comes back after its lease changes nothing, except that what it delivered
counts as delivered: that is a fact.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from leadflow.adapters.database import Database, marks
from leadflow.domain.delivery import Delivery, DeliveryState, Settled, fields_of

__all__ = ["SqlDeliveries"]

DUE = """
    SELECT lead_seq, delivery_id
      FROM delivery
     WHERE state = 'waiting' AND destination = ? AND due_at <= ?
       AND NOT EXISTS (
               SELECT 1
                 FROM delivery AS other
                WHERE other.lead_seq = delivery.lead_seq
                  AND other.destination = delivery.destination
                  AND other.state = 'claimed'
           )
     ORDER BY due_at, delivery_id
     LIMIT ? {skip_locked}
"""
CLAIM = """
    UPDATE delivery
       SET state = 'claimed', attempts = attempts + 1, due_at = ?, changed_at = ?
     WHERE delivery_id IN ({ids})
"""
READ = """
    SELECT delivery_id, event_id, lead_id, destination, delivery.attempts, fields, facts
      FROM delivery
      JOIN inbox USING (event_id)
      JOIN lead ON seq = delivery.lead_seq
     WHERE delivery_id IN ({ids})
     ORDER BY delivery_id
"""
SETTLE = """
    UPDATE delivery
       SET state      = CASE WHEN ? = 'waiting' AND is_overtaken = 1 THEN 'superseded' ELSE ? END,
           due_at     = CASE WHEN ? = 'waiting' AND is_overtaken = 1 THEN NULL
                             ELSE CAST(? AS DOUBLE PRECISION) END,
           attempts   = attempts - ?,
           reason     = ?,
           changed_at = ?
     WHERE delivery_id = ? AND state = 'claimed' AND attempts = ?
"""
LATE = """
    UPDATE delivery
       SET state = 'delivered', due_at = NULL, reason = '', changed_at = ?
     WHERE delivery_id = ? AND state IN ('waiting', 'unknown')
"""


class SqlDeliveries:
    """What workers take, and bring back."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(
        self, destination: str, *, limit: int, now: float, lease_until: float
    ) -> list[Delivery]:
        """Take what is due, the longest due first."""
        due = DUE.format(skip_locked=self._database.skip_locked)
        with self._database.transaction():
            found = self._database.execute(due, (destination, now, limit))
            ids = [*dict(found.fetchall()).values()]  # one of a lead
            if not ids:
                return []
            claim = CLAIM.format(ids=marks(ids))
            self._database.execute(claim, (lease_until, now, *ids))
            rows = self._database.execute(READ.format(ids=marks(ids)), ids)
            claimed = {row[0]: _delivery(*row) for row in rows}
        return [claimed[delivery_id] for delivery_id in ids]

    def settle(self, settled: Sequence[Settled], *, now: float) -> None:
        """Store how attempts ended."""
        ordered = sorted(settled, key=lambda end: end.delivery_id)
        facts = [end for end in ordered if end.state is DeliveryState.DELIVERED]
        with self._database.transaction():
            rows = [_settlement(end, now) for end in ordered]
            if self._database.execute_many(SETTLE, rows) < len(rows):
                self._database.execute_many(LATE, [(now, end.delivery_id) for end in facts])


def _delivery(*row: Any) -> Delivery:
    delivery_id, event_id, lead_id, destination, attempts, fields, facts = row
    told = fields_of(lead_id, json.loads(fields), json.loads(facts))
    return Delivery(delivery_id, event_id, lead_id, destination, attempts, told)


def _settlement(end: Settled, now: float) -> tuple[object, ...]:
    due_at: float | None
    match end.state:
        case DeliveryState.WAITING:
            due_at = now if end.next_attempt_at is None else end.next_attempt_at
        case DeliveryState.DEAD | DeliveryState.UNKNOWN:
            due_at = now
        case _:
            due_at = None
    given_back = 0 if end.spends_attempt else 1
    key = (end.delivery_id, end.attempt)
    return (end.state, end.state, end.state, due_at, given_back, end.reason, now, *key)
