"""Dead letters: deliveries that were given up, or whose answer was lost, until a person decides.

What was purged stays dead and is counted in the journey, but there is nothing left to deliver, so
it is no longer listed. Purging and redriving lock the same event, so that neither undoes the other.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from leadflow.adapters.database import Database
from leadflow.adapters.redriving import redrive
from leadflow.adapters.sql_retention import empty_dead
from leadflow.domain.delivery import fields_of

__all__ = ["DeadLetter", "DeadNote", "SqlDead"]

NOTE = """
    SELECT delivery_id, lead_id, destination, delivery.state, delivery.attempts,
           delivery.reason, created_at, delivery.changed_at
"""
FROM = """
      FROM delivery
      JOIN inbox USING (event_id)
      JOIN lead ON seq = delivery.lead_seq
"""
CHOSEN = """
     WHERE due_at IS NOT NULL
       AND delivery.state IN ('dead', 'unknown')
       AND facts <> '{}'
       AND (CAST(? AS TEXT) IS NULL OR destination = ?)
       AND (CAST(? AS TEXT) IS NULL OR lower(delivery.reason) LIKE ? ESCAPE '!')
"""
LISTING = f"{NOTE}{FROM}{CHOSEN} ORDER BY delivery_id LIMIT ?"
COUNT = f"SELECT delivery.state, count(*) {FROM}{CHOSEN} GROUP BY delivery.state"
IDS = f"SELECT delivery_id {FROM}{CHOSEN} AND delivery.state = 'dead' ORDER BY delivery_id"
SHOW = f"{NOTE}, event_id, fields, facts {FROM} WHERE delivery_id = ?"


class DeadNote(NamedTuple):
    """One delivery, without what it says about anybody."""

    delivery_id: int
    lead_id: str
    destination: str
    state: str
    attempts: int
    reason: str
    created_at: float
    changed_at: float


class DeadLetter(NamedTuple):
    """One delivery with what was to be delivered."""

    note: DeadNote
    event_id: int
    fields: Mapping[str, object]


class SqlDead:
    """Shows dead letters and puts them back."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def listing(self, *, destination: str | None, reason: str | None, limit: int) -> list[DeadNote]:
        """The oldest first; `reason` is a part of the reason."""
        values = (*_choice(destination, reason), limit)
        return [DeadNote(*row) for row in self._database.execute(LISTING, values)]

    def count(self, *, destination: str | None, reason: str | None) -> dict[str, int]:
        """How many are dead and how many unknown."""
        return dict(self._database.execute(COUNT, _choice(destination, reason)).fetchall())

    def show(self, delivery_id: int) -> DeadLetter | None:
        """Show any delivery, dead or not."""
        row = self._database.execute(SHOW, (delivery_id,)).fetchone()
        if row is None:
            return None
        *note, event_id, fields, facts = row
        told = DeadNote(*note)
        fields = fields_of(told.lead_id, json.loads(fields), json.loads(facts))
        return DeadLetter(told, event_id, fields)

    def redrive(self, delivery_ids: Iterable[int], *, now: float) -> int:
        """Let these wait again, unknown ones too; what is not dead or unknown stays as it is."""
        return redrive(self._database, delivery_ids, now=now)

    def redrive_all(self, *, destination: str | None, reason: str | None, now: float) -> int:
        """Let all dead ones wait again that are chosen so; unknown ones are named by id only."""
        found = self._database.execute(IDS, _choice(destination, reason)).fetchall()
        return self.redrive((delivery_id for (delivery_id,) in found), now=now)

    def purge(self, *, before: float, destination: str | None) -> int:
        """Empty what has been dead since before then; the deliveries stay, and stay dead."""
        return empty_dead(self._database, before=before, destination=destination)


def _choice(destination: str | None, reason: str | None) -> tuple[str | None, ...]:
    part = None
    if reason is not None:
        escaped = reason.lower()
        for special in "!%_":
            escaped = escaped.replace(special, f"!{special}")
        part = f"%{escaped}%"
    return (destination, destination, part, part)
