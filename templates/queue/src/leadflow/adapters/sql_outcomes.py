"""What became of the leads that somebody names: one batch among everything in the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from leadflow.adapters.database import Database, marks
from leadflow.domain.ledger import State

__all__ = ["LeadOutcome", "SqlOutcomes"]

AT_ONCE = 500
OUTCOMES = "SELECT lead_id, state, reason FROM lead WHERE lead_id IN ({marks})"


class LeadOutcome(NamedTuple):
    """Where a lead stands, and why it is not sent."""

    state: State
    reason: str


class SqlOutcomes:
    """Reads only."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, lead_ids: Sequence[str]) -> dict[str, LeadOutcome]:
        """Give the outcome of each lead that the ledger knows."""
        found = {}
        for start in range(0, len(lead_ids), AT_ONCE):
            some = lead_ids[start : start + AT_ONCE]
            query = OUTCOMES.format(marks=marks(some))
            for lead_id, state, reason in self._database.execute(query, some):
                found[lead_id] = LeadOutcome(State(state), reason)
        return found
