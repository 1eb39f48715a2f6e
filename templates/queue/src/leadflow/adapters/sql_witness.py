"""The ledger as the witness of the gate: what it charged, and the mark of the gate's numbers."""

from __future__ import annotations

import time
from collections.abc import Callable

from leadflow.adapters.database import Database
from leadflow.domain.credit_budget import Cost
from leadflow.domain.standing import Standing

__all__ = ["SqlWitness"]

EPOCH = "SELECT epoch FROM gate_epoch"
KEEP = "UPDATE gate_epoch SET epoch = ?, made_at = ?"
BUDGET = "SELECT period, credits, actions FROM budget"
WEBHOOKS = "SELECT webhook_id, used FROM webhook"


class SqlWitness:
    """One transaction to read everything, so that the numbers are those of one moment."""

    def __init__(self, database: Database, *, now: Callable[[], float] = time.time) -> None:
        self._database, self._now = database, now

    async def epoch(self) -> str:
        with self._database.transaction():
            (epoch,) = self._database.execute(EPOCH).fetchone()
        return str(epoch)

    async def keep(self, epoch: str) -> None:
        with self._database.transaction():
            self._database.execute(KEEP, (epoch, self._now()))

    async def standing(self) -> Standing:
        with self._database.transaction():
            budget = self._database.execute(BUDGET).fetchall()
            webhooks = self._database.execute(WEBHOOKS).fetchall()
        return Standing(
            {period: Cost(credits_, actions) for period, credits_, actions in budget},
            dict(webhooks),
        )
