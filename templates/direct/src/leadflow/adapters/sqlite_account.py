"""The ledger as people ask about it: the account, the unknown leads, what each webhook has used."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from leadflow.adapters.sqlite_store import storing
from leadflow.domain.ledger import Account, State
from leadflow.domain.limits import Webhook

__all__ = ["LeadNote", "SqliteAccount", "WebhookUse"]

BY_STATE = "SELECT state, count(*) FROM lead GROUP BY state"
BESIDE = """
    SELECT coalesce(sum(rejected), 0), coalesce(sum(duplicates), 0)
      FROM intake
     WHERE intake_id IN (SELECT max(intake_id) FROM intake GROUP BY file)
"""
NOTES = """
    SELECT lead_id, file, line, reason
      FROM lead JOIN intake USING (intake_id)
     WHERE state IN (?, ?)
     ORDER BY seq
"""
DOUBTFUL = """
    SELECT lead_id, file, line, lost || ' of ' || attempts || ' requests had no answer'
      FROM lead JOIN intake USING (intake_id)
     WHERE lost > 0 AND attempts > 1 AND state = 'sent'
     ORDER BY seq
"""
HELD = """
    SELECT reason, count(*)
      FROM lead
     WHERE state = ? AND reason <> ''
     GROUP BY reason
"""
WEBHOOKS = "SELECT webhook_id, label, used, full_at FROM webhook ORDER BY label"


@dataclass(frozen=True, slots=True)
class LeadNote:
    """Where a lead came from and what is the matter; its id is in the Clay table too."""

    lead_id: str
    file: str
    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class WebhookUse:
    """What one webhook has used for life, and when Clay last called it full."""

    webhook_id: str
    label: str
    used: int
    full_at: float | None

    def as_webhook(self) -> Webhook:
        return Webhook(self.webhook_id, self.label, self.used)


class SqliteAccount:
    """Reads only."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def account(self) -> Account:
        with storing("the ledger"):
            count = dict(self._connection.execute(BY_STATE).fetchall())
            rejected, duplicates = self._connection.execute(BESIDE).fetchone()
        return Account(
            accepted=sum(count.values()),
            sent=count.get(State.SENT, 0),
            failed=count.get(State.FAILED, 0),
            unknown=count.get(State.UNKNOWN, 0) + count.get(State.SENDING, 0),
            waiting=count.get(State.WAITING, 0),
            rejected=rejected,
            duplicates=duplicates,
        )

    def unknown(self) -> list[LeadNote]:
        return self._notes(NOTES, (State.UNKNOWN, State.SENDING))

    def failed(self) -> list[LeadNote]:
        return self._notes(NOTES, (State.FAILED, State.FAILED))

    def perhaps_twice(self) -> list[LeadNote]:
        """Leads that were sent again after an answer was lost: Clay may have two rows of each."""
        return self._notes(DOUBTFUL, ())

    def held(self) -> dict[str, int]:
        """What waiting leads wait for, where it is known."""
        with storing("the ledger"):
            return dict(self._connection.execute(HELD, (State.WAITING,)).fetchall())

    def webhooks(self) -> list[WebhookUse]:
        with storing("the ledger"):
            return [WebhookUse(*row) for row in self._connection.execute(WEBHOOKS)]

    def is_sound(self) -> bool:
        with storing("the ledger"):
            (verdict,) = self._connection.execute("PRAGMA quick_check(1)").fetchone()
        return bool(verdict == "ok")

    def _notes(self, query: str, values: tuple[State, ...]) -> list[LeadNote]:
        with storing("the ledger"):
            return [LeadNote(*row) for row in self._connection.execute(query, values)]
