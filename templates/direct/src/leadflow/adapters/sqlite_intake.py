"""Leads into the ledger, a whole file in one transaction."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from leadflow.adapters.sqlite_store import transaction
from leadflow.domain.intake import IntakeCount, NumberedLead, Repeat

__all__ = ["SqliteIntake", "sqlite_intake", "withdraw_intake"]

BEGIN = "INSERT INTO intake (file, started_at) VALUES (?, ?)"
END = """
    UPDATE intake
       SET new = ?, known = ?, duplicates = ?, rejected = ?
     WHERE intake_id = ?
"""
ADD = """
    INSERT OR IGNORE INTO lead (lead_id, fields, intake_id, line)
    VALUES (?, ?, ?, ?)
"""
WITHDRAW = "DELETE FROM lead WHERE intake_id = ? AND state = 'waiting' AND attempts = 0"
FORGET = """
    DELETE FROM intake
     WHERE intake_id = ?1 AND NOT EXISTS (SELECT 1 FROM lead WHERE intake_id = ?1)
"""
FIND = "SELECT intake_id, line FROM lead WHERE lead_id = ?"


class SqliteIntake:
    """Adds leads to the ledger; the unique lead_id refuses the second of a kind."""

    def __init__(self, connection: sqlite3.Connection, intake_id: int) -> None:
        self._connection = connection
        self._intake_id = intake_id

    async def add(self, leads: Sequence[NumberedLead]) -> list[Repeat]:
        before = self._connection.total_changes
        self._connection.executemany(
            ADD,
            (
                (lead.lead_id, json.dumps(lead.fields, ensure_ascii=False), self._intake_id, line)
                for line, lead in leads
            ),
        )
        if self._connection.total_changes - before == len(leads):
            return []
        return list(self._repeats(leads))

    def _repeats(self, leads: Sequence[NumberedLead]) -> Iterator[Repeat]:
        for line, lead in leads:
            intake_id, first_line = self._connection.execute(FIND, (lead.lead_id,)).fetchone()
            if intake_id != self._intake_id:
                yield Repeat(line, is_known=True)
            elif first_line != line:
                yield Repeat(line, first_line=first_line)

    def late_repeats(self) -> Iterator[Repeat]:
        return iter(())  # the unique lead_id has named them all

    async def finish(self, count: IntakeCount) -> None:
        values = (count.new, count.known, count.duplicates, count.rejected, self._intake_id)
        self._connection.execute(END, values)


@contextmanager
def sqlite_intake(
    connection: sqlite3.Connection, *, file: str, now: float
) -> Iterator[SqliteIntake]:
    """Take a file in whole, or not at all."""
    with transaction(connection):
        intake_id = connection.execute(BEGIN, (file, now)).lastrowid
        yield SqliteIntake(connection, intake_id or 0)


def withdraw_intake(connection: sqlite3.Connection, intake_id: int) -> None:
    """Take back what an intake added and nobody has tried to send."""
    with transaction(connection):
        connection.execute(WITHDRAW, (intake_id,))
        connection.execute(FORGET, (intake_id,))
