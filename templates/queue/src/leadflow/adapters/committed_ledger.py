"""The ledger as a worker's jobs see it: asynchronous, durable on return, and one view for each job.

The thread of GroupCommit does the work, so a store that is slow never holds up the loop, on which
the locks of all jobs in hand are renewed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from leadflow.adapters.at_once import finished
from leadflow.adapters.database import Database
from leadflow.adapters.fenced_ledger import FencedLedger
from leadflow.adapters.group_commit import GroupCommit
from leadflow.domain.credit_budget import Caps, Cost
from leadflow.domain.errors import LedgerBusy, LedgerError
from leadflow.domain.ledger import Event
from leadflow.use_cases.deliver import is_passing
from leadflow.use_cases.send_lead import WaitingLead

__all__ = ["CommittedLedger", "LedgerRules"]

T = TypeVar("T")
TRIES = 5  # for the end of a call: what is not stored leaves the lead unknown
PAUSE_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class LedgerRules:
    """What a lead may cost, and how much there is."""

    cost: Cost
    caps: Caps
    webhook_life: int

    def ledger(self, database: Database, *, attempt: int) -> FencedLedger:
        return FencedLedger(
            database,
            cost=self.cost,
            caps=self.caps,
            webhook_life=self.webhook_life,
            attempt=attempt,
        )


class CommittedLedger:
    """One job's view."""

    def __init__(
        self,
        writer: GroupCommit,
        rules: LedgerRules,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._writer, self._rules, self._sleep = writer, rules, sleep
        self._attempt = 0

    async def find(self, lead_id: str) -> WaitingLead | None:
        return await self._do(lambda ledger: ledger.find(lead_id))

    async def claim(self, lead: WaitingLead, *, webhook_id: str, now: float) -> None:
        await self._do(lambda ledger: ledger.claim(lead, webhook_id=webhook_id, now=now))

    async def resolve(
        self, lead: WaitingLead, event: Event, *, webhook_id: str, reason: str, now: float
    ) -> None:
        for tries_left in reversed(range(TRIES)):
            try:
                await self._do(
                    lambda ledger: ledger.resolve(
                        lead, event, webhook_id=webhook_id, reason=reason, now=now
                    )
                )
            except LedgerError as fault:
                if isinstance(fault, LedgerBusy) or not is_passing(fault) or not tries_left:
                    raise
            else:
                return
            await self._sleep(PAUSE_SECONDS)  # a server that was started again is back by then

    async def _do(self, work: Callable[[FencedLedger], Coroutine[Any, Any, T]]) -> T:
        def run(database: Database) -> tuple[T, int]:
            ledger = self._rules.ledger(database, attempt=self._attempt)
            try:
                return finished(work(ledger)), ledger.attempt
            except LedgerError as fault:
                if fault.__cause__ is not None:  # the store failed, and with it the whole commit
                    raise
                raise _RefusedError(fault) from fault

        try:
            answer, self._attempt = await self._writer.run(run)
        except _RefusedError as refusal:
            raise refusal.fault from None
        return answer


class _RefusedError(Exception):
    """The ledger said no to one job. As a LedgerError it would fail its neighbours, too."""

    def __init__(self, fault: LedgerError) -> None:
        super().__init__(str(fault))
        self.fault = fault
