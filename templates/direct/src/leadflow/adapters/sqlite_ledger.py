"""The ledger while a run sends: each change is one durable transaction.

A webhook is charged when a lead is claimed and refunded when Clay certainly does not have it, so
a crash in between leaves the charge standing: the count may be too high by one, never too low.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import replace

from leadflow.adapters.sqlite_store import storing, transaction
from leadflow.domain.ledger import Event, State, next_state
from leadflow.domain.limits import Webhook
from leadflow.use_cases.send_lead import WaitingLead

__all__ = ["SqliteLedger"]

CLAIM = """
    UPDATE lead
       SET state = ?, webhook_id = ?, attempts = attempts + 1, reason = '', changed_at = ?
     WHERE lead_id = ? AND state = ?
"""
RESOLVE = """
    UPDATE lead
       SET state = ?, attempts = attempts - ?, lost = lost + ?, reason = ?, changed_at = ?
     WHERE lead_id = ? AND state = ?
"""
CHARGE = "UPDATE webhook SET used = used + ? WHERE webhook_id = ?"
MARK_FULL = "UPDATE webhook SET full_at = ? WHERE webhook_id = ?"
ENROL = """
    INSERT INTO webhook (webhook_id, label) VALUES (?, ?)
    ON CONFLICT (webhook_id) DO UPDATE SET label = excluded.label
"""
USED = "SELECT used FROM webhook WHERE webhook_id = ?"
LEFT_BEHIND = "SELECT lead_id FROM lead WHERE state = ? ORDER BY seq"
REOPEN = "UPDATE lead SET state = ?, reason = '', changed_at = ? WHERE state = ?"
NEXT = "SELECT lead_id, fields FROM lead WHERE state = ? ORDER BY seq LIMIT 1"
COUNT = "SELECT count(*) FROM lead WHERE state = ?"
HOLD = "UPDATE lead SET reason = ? WHERE state = ?"


class SqliteLedger:
    """What a run needs to know and to keep. Async, so that a networked store can stand in."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    async def claim(self, lead_id: str, *, webhook_id: str, now: float) -> None:
        state = next_state(State.WAITING, Event.CLAIMED)
        with transaction(self._connection):
            cursor = self._connection.execute(
                CLAIM, (state, webhook_id, now, lead_id, State.WAITING)
            )
            if cursor.rowcount != 1:
                raise ValueError(f"{lead_id} is not waiting")
            self._connection.execute(CHARGE, (1, webhook_id))

    async def resolve(
        self, lead_id: str, event: Event, *, webhook_id: str, reason: str, now: float
    ) -> None:
        state = next_state(State.SENDING, event)
        refund = 0 if event in {Event.ACCEPTED, Event.LOST} else 1
        put_back, lost = int(event is Event.PUT_BACK), int(event is Event.LOST)
        with transaction(self._connection):
            values = (state, put_back, lost, reason, now, lead_id, State.SENDING)
            self._connection.execute(RESOLVE, values)
            self._connection.execute(CHARGE, (-refund, webhook_id))

    async def mark_full(self, webhook_id: str, *, now: float) -> None:
        with transaction(self._connection):
            self._connection.execute(MARK_FULL, (now, webhook_id))

    async def recover(self, *, now: float) -> list[str]:
        """Record what a killed run left in flight as lost; return those leads."""
        state = next_state(State.SENDING, Event.LOST)
        with transaction(self._connection):
            leads = [row[0] for row in self._connection.execute(LEFT_BEHIND, (State.SENDING,))]
            for lead_id in leads:
                values = (state, 0, 1, "the run ended before the answer", now, lead_id)
                self._connection.execute(RESOLVE, (*values, State.SENDING))
        return leads

    async def reopen(self, state: State, *, now: float) -> int:
        """Let all leads of a state wait for another attempt; return how many."""
        target = next_state(state, Event.REOPENED)
        with transaction(self._connection):
            return self._connection.execute(REOPEN, (target, now, state)).rowcount

    async def webhooks(self, configured: Sequence[Webhook]) -> list[Webhook]:
        """Add what each configured webhook has used for life."""
        with transaction(self._connection):
            for webhook in configured:
                self._connection.execute(ENROL, (webhook.webhook_id, webhook.label))
        return [replace(webhook, used=self._used(webhook)) for webhook in configured]

    async def next_waiting(self) -> WaitingLead | None:
        with storing("the ledger"):
            row = self._connection.execute(NEXT, (State.WAITING,)).fetchone()
        return WaitingLead(row[0], json.loads(row[1])) if row else None

    async def count_waiting(self) -> int:
        with storing("the ledger"):
            (count,) = self._connection.execute(COUNT, (State.WAITING,)).fetchone()
        return int(count)

    async def hold(self, reason: str) -> None:
        """Note with every waiting lead what it waits for."""
        with transaction(self._connection):
            self._connection.execute(HOLD, (reason, State.WAITING))

    def _used(self, webhook: Webhook) -> int:
        (used,) = self._connection.execute(USED, (webhook.webhook_id,)).fetchone()
        return int(used)
