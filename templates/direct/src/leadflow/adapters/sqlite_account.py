"""The ledger as people ask about it: the account, the unknown leads, what each webhook has used."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from leadflow.adapters.sqlite_store import storing
from leadflow.domain.ledger import Account, State
from leadflow.domain.limits import Webhook

__all__ = ["LeadNote", "SqliteAccount"]

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
    SELECT lead_id, file, line, 'Clay may have it from ' || doubts || ' earlier request(s), too'
      FROM lead JOIN intake USING (intake_id)
     WHERE doubts > 0 AND state = 'sent'
     ORDER BY seq
"""
HELD = """
    SELECT reason, count(*)
      FROM lead
     WHERE state = ? AND reason <> ''
     GROUP BY reason
"""
LAST_INTAKE = "SELECT max(intake_id) FROM intake"
EARLIER = """
    SELECT file, count(*)
      FROM lead JOIN intake USING (intake_id)
     WHERE state IN (SELECT value FROM json_each(?)) AND intake_id <> ?
     GROUP BY file
"""
WEBHOOKS = "SELECT webhook_id, label, used, full_at FROM webhook ORDER BY label"


@dataclass(frozen=True, slots=True)
class LeadNote:
    """Where a lead came from and what is the matter; its id is in the Clay table too."""

    lead_id: str
    file: str
    line: int
    reason: str


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
        """Leads sent again after an attempt that Clay may have kept: it may have two rows."""
        return self._notes(DOUBTFUL, ())

    def held(self) -> dict[str, int]:
        """What waiting leads wait for, where it is known."""
        with storing("the ledger"):
            return dict(self._connection.execute(HELD, (State.WAITING,)).fetchall())

    def earlier(self, states: Sequence[State], *, intake_id: int | None) -> dict[str, int]:
        """Leads in these states by the file they came from, apart from one intake."""
        with storing("the ledger"):
            values = (json.dumps(states), intake_id or 0)
            return dict(self._connection.execute(EARLIER, values).fetchall())

    def last_intake(self) -> int | None:
        with storing("the ledger"):
            (intake_id,) = self._connection.execute(LAST_INTAKE).fetchone()
        return intake_id if intake_id is None else int(intake_id)

    def webhooks(self) -> list[Webhook]:
        with storing("the ledger"):
            return [Webhook(*row) for row in self._connection.execute(WEBHOOKS)]

    def is_sound(self) -> bool:
        with storing("the ledger"):
            (verdict,) = self._connection.execute("PRAGMA quick_check(1)").fetchone()
        return bool(verdict == "ok")

    def _notes(self, query: str, values: tuple[State, ...]) -> list[LeadNote]:
        with storing("the ledger"):
            return [LeadNote(*row) for row in self._connection.execute(query, values)]
