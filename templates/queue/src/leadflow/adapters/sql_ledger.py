"""The ledger while a run sends: each change is one durable transaction.

A webhook is charged when a lead is claimed and refunded when Clay certainly does not have it, so
a crash in between leaves the charge standing: the count may be too high by one, never too low.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

from leadflow.adapters.database import Database
from leadflow.domain.errors import LedgerBusy
from leadflow.domain.ledger import Event, State, claim_event, next_state
from leadflow.domain.limits import Webhook
from leadflow.use_cases.send_lead import WaitingLead

__all__ = ["SqlLedger"]

CLAIM = """
    UPDATE lead
       SET state = ?, webhook_id = ?, attempts = attempts + 1, changed_at = ?
     WHERE lead_id = ? AND state = ?
"""
RESOLVE = """
    UPDATE lead
       SET state = ?, attempts = attempts - ?, doubts = doubts + ?, changed_at = ?,
           reason = coalesce(CAST(? AS TEXT), reason)
     WHERE lead_id = ? AND state = ?
"""
CHARGE = "UPDATE webhook SET used = used + ? WHERE webhook_id = ?"
MARK_FULL = "UPDATE webhook SET full_at = ? WHERE webhook_id = ?"
ENROL = """
    INSERT INTO webhook (webhook_id, label) VALUES (?, ?)
    ON CONFLICT (webhook_id) DO UPDATE SET label = excluded.label
"""
USE = "SELECT used, full_at FROM webhook WHERE webhook_id = ?"
LEFT_BEHIND = "SELECT lead_id FROM lead WHERE state = ? ORDER BY seq"
# "<> 'sent'" lets the store use the index, which leaves those out. A lead without fields is one
# whose fields were purged: nothing of it is left to send.
NEXT = """
    SELECT lead_id, fields, state, seq
      FROM lead
     WHERE state = ? AND seq > ? AND state <> 'sent' AND fields <> '{}'
     ORDER BY seq
     LIMIT 1
"""
STARTED = "UPDATE pace SET last_start = ?"  # by now: never too early
HOLD = "UPDATE lead SET reason = ? WHERE state = ?"


class SqlLedger:
    """What a run needs to know and to keep. Async, so that a networked store can stand in."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, lead: WaitingLead, *, webhook_id: str, now: float) -> None:
        state = next_state(lead.origin, claim_event(lead.origin))
        with self._database.transaction():
            values = (state, webhook_id, now, lead.lead_id, lead.origin)
            if self._database.execute(CLAIM, values).rowcount != 1:
                raise LedgerBusy(f"{lead.lead_id} was taken by another run; run again later")
            self._database.execute(CHARGE, (1, webhook_id))

    async def resolve(
        self, lead: WaitingLead, event: Event, *, webhook_id: str, reason: str, now: float
    ) -> None:
        state = next_state(State.SENDING, event, origin=lead.origin)
        put_back = event is Event.PUT_BACK
        # Put back to where a person found it, it keeps the reason it had there.
        note = None if put_back and lead.origin is not State.WAITING else reason
        counts = (int(put_back), int(event.is_doubtful))
        values = (state, *counts, now, note, lead.lead_id, State.SENDING)
        with self._database.transaction():
            self._database.execute(RESOLVE, values)
            self._database.execute(CHARGE, (0 if event.is_charged else -1, webhook_id))
            self._database.execute(STARTED, (now,))

    async def mark_full(self, webhook_id: str, *, full_at: float | None) -> None:
        with self._database.transaction():
            self._database.execute(MARK_FULL, (full_at, webhook_id))

    async def recover(self, *, now: float) -> list[str]:
        """Record what a killed run left in flight as lost; return those leads."""
        state = next_state(State.SENDING, Event.LOST)
        values = (state, 0, 1, now, "the run ended before the answer")
        with self._database.transaction():
            leads = [row[0] for row in self._database.execute(LEFT_BEHIND, (State.SENDING,))]
            for lead_id in leads:
                self._database.execute(RESOLVE, (*values, lead_id, State.SENDING))
                self._database.execute(STARTED, (now,))
        return leads

    async def webhooks(self, configured: Sequence[Webhook]) -> list[Webhook]:
        """Add what each configured webhook has used for life; two spellings of one are one."""
        named = {webhook.webhook_id: webhook for webhook in configured}
        with self._database.transaction():
            for webhook in named.values():
                self._database.execute(ENROL, (webhook.webhook_id, webhook.label))
        return [self._with_use(webhook) for webhook in named.values()]

    async def next_lead(self, origins: Sequence[State], *, after: int) -> WaitingLead | None:
        firsts = (self._database.execute(NEXT, (origin, after)).fetchone() for origin in origins)
        row = min(filter(None, firsts), key=lambda first: first[3], default=None)
        return WaitingLead(row[0], json.loads(row[1]), State(row[2]), row[3]) if row else None

    async def hold(self, reason: str) -> None:
        """Note with every waiting lead what it waits for."""
        with self._database.transaction():
            self._database.execute(HOLD, (reason, State.WAITING))

    def _with_use(self, webhook: Webhook) -> Webhook:
        used, full_at = self._database.execute(USE, (webhook.webhook_id,)).fetchone()
        return replace(webhook, used=used, full_at=full_at)
