"""The ledger within a budget: no request leaves before it is charged and its cost reserved.

A lead and its credits change in one transaction, so that after a crash they agree: what a killed
run had in flight stays charged and reserved.
"""

from __future__ import annotations

from leadflow.adapters.database import Database
from leadflow.adapters.sql_budget import SqlBudget
from leadflow.adapters.sql_ledger import SqlLedger
from leadflow.domain.credit_budget import Caps, Cost
from leadflow.domain.errors import BudgetExhausted, LedgerError
from leadflow.domain.ledger import Event
from leadflow.use_cases.send_lead import WaitingLead

__all__ = ["BudgetedLedger"]

CHARGE_AGAIN = "UPDATE webhook SET used = used + 1 WHERE webhook_id = ? AND used < ?"
DOUBT = """
    UPDATE lead
       SET attempts = attempts + 1, doubts = doubts + 1, changed_at = ?
     WHERE lead_id = ?
"""
USED = "SELECT used FROM webhook WHERE webhook_id = ?"
SPENT = (
    "this webhook has used all {life:,} submissions of its life, repeated requests included; "
    "run the same command again to go on with the next URL of CLAY_WEBHOOK_URL"
)


class BudgetedLedger(SqlLedger):
    """A SqlLedger that reserves with each claim and settles the reservation with each end."""

    def __init__(self, database: Database, *, cost: Cost, caps: Caps, webhook_life: int) -> None:
        super().__init__(database)
        self._database = database
        self._budget = SqlBudget(database)
        self._cost, self._caps, self._life = cost, caps, webhook_life
        self._in_flight = ""

    async def claim(self, lead: WaitingLead, *, webhook_id: str, now: float) -> None:
        with self._database.transaction():
            # A repeated request is charged behind the run's back: so the store is asked.
            (used,) = self._database.execute(USED, (webhook_id,)).fetchone()
            if used >= self._life:
                raise LedgerError(SPENT.format(life=self._life))
            self._budget.reserve(lead.lead_id, self._cost, self._caps, now)
            await super().claim(lead, webhook_id=webhook_id, now=now)
        self._in_flight = lead.lead_id

    async def charge_again(self, webhook_id: str, *, now: float) -> bool:
        """Charge a further request for the lead in flight; False when there is no room for it."""
        try:
            with self._database.transaction():
                if self._database.execute(CHARGE_AGAIN, (webhook_id, self._life)).rowcount != 1:
                    return False
                self._budget.again(self._in_flight, self._cost, self._caps, now)
                self._database.execute(DOUBT, (now, self._in_flight))
        except BudgetExhausted:
            return False
        return True

    async def resolve(
        self, lead: WaitingLead, event: Event, *, webhook_id: str, reason: str, now: float
    ) -> None:
        with self._database.transaction():
            await super().resolve(lead, event, webhook_id=webhook_id, reason=reason, now=now)
            if event.is_charged:
                self._budget.commit(lead.lead_id)
            else:
                self._budget.release(lead.lead_id)
