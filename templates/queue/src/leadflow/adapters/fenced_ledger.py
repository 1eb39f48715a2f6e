"""The budgeted ledger with a fence: an end is written only over the attempt it belongs to.

A worker that was frozen, or lost its job, wakes up with an old end in its hands. The number of
attempts has moved on by then, or the lead is not `sending` any more, and the old end is refused.
Each claim adds one, and only the end of that very claim takes it back: so no two claims that could
meet have the same number.
"""

from __future__ import annotations

import json

from leadflow.adapters.budgeted_ledger import BudgetedLedger
from leadflow.adapters.database import Database
from leadflow.domain.credit_budget import Caps, Cost
from leadflow.domain.errors import LedgerBusy
from leadflow.domain.ledger import Event, State
from leadflow.use_cases.send_lead import WaitingLead

__all__ = ["FencedLedger"]

FIND = "SELECT lead_id, fields, state, seq, attempts FROM lead WHERE lead_id = ?"
ATTEMPTS = "SELECT attempts FROM lead WHERE lead_id = ?"
# Changes nothing, but holds the row until the transaction ends.
HOLD = """
    UPDATE lead
       SET attempts = attempts
     WHERE lead_id = ? AND state = 'sending' AND attempts = ?
"""
OVERTAKEN = "{lead_id} is in the hands of another worker; this end of it does not count"


class FencedLedger(BudgetedLedger):
    """One job's view: it remembers the one attempt that it may end."""

    def __init__(
        self, database: Database, *, cost: Cost, caps: Caps, webhook_life: int, attempt: int = 0
    ) -> None:
        super().__init__(database, cost=cost, caps=caps, webhook_life=webhook_life)
        self.attempt = attempt

    async def find(self, lead_id: str) -> WaitingLead | None:
        row = self._database.execute(FIND, (lead_id,)).fetchone()
        if row is None:
            return None
        self.attempt = row[4]
        return WaitingLead(row[0], json.loads(row[1]), State(row[2]), row[3])

    async def claim(self, lead: WaitingLead, *, webhook_id: str, now: float) -> None:
        with self._database.transaction():
            await super().claim(lead, webhook_id=webhook_id, now=now)
            (attempt,) = self._database.execute(ATTEMPTS, (lead.lead_id,)).fetchone()
        self.attempt = attempt

    async def resolve(
        self, lead: WaitingLead, event: Event, *, webhook_id: str, reason: str, now: float
    ) -> None:
        with self._database.transaction():
            held = self._database.execute(HOLD, (lead.lead_id, self.attempt)).rowcount
            if held != 1:
                raise LedgerBusy(OVERTAKEN.format(lead_id=lead.lead_id))
            await super().resolve(lead, event, webhook_id=webhook_id, reason=reason, now=now)
