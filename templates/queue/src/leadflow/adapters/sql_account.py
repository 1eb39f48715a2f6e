"""The ledger as people ask about it: the account, the unknown leads, what each webhook has used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from leadflow.adapters.database import Database, marks
from leadflow.domain.ledger import Account, State
from leadflow.domain.limits import Webhook

__all__ = ["LeadNote", "SqlAccount"]

BY_STATE = "SELECT state, count(*) FROM lead GROUP BY state"
BESIDE = """
    SELECT coalesce(sum(rejected), 0), coalesce(sum(duplicates), 0)
      FROM intake
     WHERE intake_id IN (SELECT max(intake_id) FROM intake GROUP BY file)
"""
NOTES = """
    SELECT lead_id, file, line, reason
      FROM lead JOIN intake USING (intake_id)
     WHERE state IN ({states})
     ORDER BY seq
"""
DOUBTFUL = """
    SELECT lead_id, file, line, doubts
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
     WHERE state IN ({states}) AND intake_id <> ?
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


class SqlAccount:
    """Reads only."""

    by_state = BY_STATE
    failures = NOTES.format(states="'failed'")

    def __init__(self, database: Database) -> None:
        self._database = database

    def account(self) -> Account:
        count = dict(self._database.execute(self.by_state).fetchall())
        rejected, duplicates = self._database.execute(BESIDE).fetchone()
        return Account(
            accepted=sum(count.values()),
            sent=count.get(State.SENT, 0),
            failed=count.get(State.FAILED, 0),
            unknown=count.get(State.UNKNOWN, 0) + count.get(State.SENDING, 0),
            waiting=count.get(State.WAITING, 0),
            rejected=int(rejected),  # a sum may come as a Decimal
            duplicates=int(duplicates),
        )

    def unknown(self) -> list[LeadNote]:
        return self._notes(State.UNKNOWN, State.SENDING)

    def failed(self) -> list[LeadNote]:
        return [LeadNote(*row) for row in self._database.execute(self.failures)]

    def perhaps_twice(self) -> list[LeadNote]:
        """Leads sent again after an attempt that Clay may have kept: it may have two rows."""
        return [
            LeadNote(lead_id, file, line, f"Clay may have it from {doubts} earlier request(s), too")
            for lead_id, file, line, doubts in self._database.execute(DOUBTFUL)
        ]

    def held(self) -> dict[str, int]:
        """What waiting leads wait for, where it is known."""
        return dict(self._database.execute(HELD, (State.WAITING,)).fetchall())

    def earlier(self, states: Sequence[State], *, intake_id: int | None) -> dict[str, int]:
        """Leads in these states by the file they came from, apart from one intake."""
        query = EARLIER.format(states=marks(states))
        return dict(self._database.execute(query, (*states, intake_id or 0)).fetchall())

    def last_intake(self) -> int | None:
        (intake_id,) = self._database.execute(LAST_INTAKE).fetchone()
        return intake_id if intake_id is None else int(intake_id)

    def webhooks(self) -> list[Webhook]:
        return [Webhook(*row) for row in self._database.execute(WEBHOOKS)]

    def _notes(self, *states: State) -> list[LeadNote]:
        query = NOTES.format(states=marks(states))
        return [LeadNote(*row) for row in self._database.execute(query, states)]
