"""Leads into the ledger, a whole file in one transaction."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from leadflow.adapters.database import Database
from leadflow.domain.intake import IntakeCount, NumberedLead, Repeat

__all__ = ["SqlIntake", "sql_intake", "withdraw_intake"]

BEGIN = "INSERT INTO intake (file, started_at) VALUES (?, ?) RETURNING intake_id"
END = """
    UPDATE intake
       SET new = ?, known = ?, duplicates = ?, rejected = ?
     WHERE intake_id = ?
"""
ADD = """
    INSERT INTO lead (lead_id, fields, intake_id, line) VALUES (?, ?, ?, ?)
    ON CONFLICT (lead_id) DO NOTHING
"""
WITHDRAW = "DELETE FROM lead WHERE intake_id = ? AND state = 'waiting' AND attempts = 0"
FORGET = """
    DELETE FROM intake
     WHERE intake_id = ? AND NOT EXISTS (SELECT 1 FROM lead WHERE lead.intake_id = ?)
"""
FIND = "SELECT intake_id, line FROM lead WHERE lead_id = ?"


class SqlIntake:
    """Adds leads to the ledger; the unique lead_id refuses the second of a kind."""

    def __init__(self, database: Database, intake_id: int) -> None:
        self._database = database
        self._intake_id = intake_id

    async def add(self, leads: Sequence[NumberedLead]) -> list[Repeat]:
        rows = (
            (lead.lead_id, json.dumps(lead.fields, ensure_ascii=False), self._intake_id, line)
            for line, lead in leads
        )
        if self._database.execute_many(ADD, rows) == len(leads):
            return []
        return list(self._repeats(leads))

    def _repeats(self, leads: Sequence[NumberedLead]) -> Iterator[Repeat]:
        for line, lead in leads:
            intake_id, first_line = self._database.execute(FIND, (lead.lead_id,)).fetchone()
            if intake_id != self._intake_id:
                yield Repeat(line, is_known=True)
            elif first_line != line:
                yield Repeat(line, first_line=first_line)

    def late_repeats(self) -> Iterator[Repeat]:
        return iter(())  # the unique lead_id has named them all

    async def finish(self, count: IntakeCount) -> None:
        values = (count.new, count.known, count.duplicates, count.rejected, self._intake_id)
        self._database.execute(END, values)


@contextmanager
def sql_intake(database: Database, *, file: str, now: float) -> Iterator[SqlIntake]:
    """Take a file in whole, or not at all."""
    with database.transaction():
        (intake_id,) = database.execute(BEGIN, (file, now)).fetchone()
        yield SqlIntake(database, intake_id)


def withdraw_intake(database: Database, intake_id: int) -> None:
    """Take back what an intake added and nobody has tried to send."""
    with database.transaction():
        database.execute(WITHDRAW, (intake_id,))
        database.execute(FORGET, (intake_id, intake_id))
