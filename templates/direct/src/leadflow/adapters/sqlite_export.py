"""The ledger as the csv transport sees it: waiting leads out, and which files they went into."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

from leadflow.adapters.sqlite_store import storing, transaction
from leadflow.domain.errors import LedgerError
from leadflow.domain.ledger import Event, State, next_state
from leadflow.use_cases.export_leads import WAITING_ONLY, Export
from leadflow.use_cases.send_lead import WaitingLead

__all__ = ["SqliteExport"]

WAITING = """
    SELECT lead_id, fields
      FROM lead
     WHERE state IN (SELECT value FROM json_each(?))
     ORDER BY seq
"""
FIELDS = """
    SELECT DISTINCT field.key
      FROM lead, json_each(lead.fields) AS field
     WHERE state IN (SELECT value FROM json_each(?))
"""
EXPORTED = "SELECT lead_id, fields FROM lead WHERE export_id = ? AND state = 'sent' ORDER BY seq"
EXPORTED_FIELDS = "SELECT DISTINCT key FROM lead, json_each(fields) WHERE export_id = ?"
RECORD = "INSERT INTO export (files, rows_per_file) VALUES (?, ?)"
MARK = """
    UPDATE lead
       SET state = ?, export_id = ?, reason = '', changed_at = ?
     WHERE seq IN (
               SELECT seq
                 FROM lead
                WHERE state IN (SELECT value FROM json_each(?))
                ORDER BY seq
                LIMIT ?
           )
"""
FINISH = "UPDATE export SET written_at = ? WHERE export_id = ?"
HALF = "SELECT export_id, files, rows_per_file FROM export WHERE written_at IS NULL"
HOLDING = """
    SELECT export_id, files, rows_per_file
      FROM export
     WHERE EXISTS (SELECT 1 FROM json_each(files) WHERE value = ?)
     ORDER BY export_id DESC
"""


class SqliteExport:
    """Reads in file order, so that what is marked is what was read."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def waiting(self, states: Sequence[State] = WAITING_ONLY) -> Iterator[WaitingLead]:
        return self._leads(WAITING, json.dumps(states))

    def fields(self, states: Sequence[State] = WAITING_ONLY) -> set[str]:
        """Every field that at least one of these leads has."""
        return self._names(FIELDS, json.dumps(states))

    async def record(
        self,
        paths: Sequence[Path],
        *,
        rows_per_file: int,
        count: int,
        states: Sequence[State],
        now: float,
    ) -> int:
        files = json.dumps([str(path.absolute()) for path in paths])
        (target,) = {next_state(state, Event.EXPORTED) for state in states}
        with transaction(self._connection):
            export_id = self._connection.execute(RECORD, (files, rows_per_file)).lastrowid
            values = (target, export_id, now, json.dumps(states), count)
            self._connection.execute(MARK, values)
        return export_id or 0

    async def finish(self, export_id: int, *, now: float) -> None:
        with transaction(self._connection):
            self._connection.execute(FINISH, (now, export_id))

    def half_written(self) -> list[Export]:
        """Every export that was recorded, and whose files may not all be there."""
        return self._exports(HALF)

    def holding(self, path: Path) -> list[Export]:
        """The exports that wrote this file, the latest first."""
        return self._exports(HOLDING, str(path.absolute()))

    def leads_of(self, export: Export) -> Iterator[WaitingLead]:
        return self._leads(EXPORTED, export.export_id)

    def fields_of(self, export: Export) -> set[str]:
        return self._names(EXPORTED_FIELDS, export.export_id)

    def _leads(self, query: str, *values: object) -> Iterator[WaitingLead]:
        with storing("the ledger"):
            for lead_id, fields in self._connection.execute(query, values):
                try:
                    yield WaitingLead(lead_id, json.loads(fields))
                except ValueError as fault:
                    raise LedgerError(f"{lead_id} is damaged; restore a copy") from fault

    def _names(self, query: str, *values: object) -> set[str]:
        with storing("the ledger"):
            return {name for (name,) in self._connection.execute(query, values)}

    def _exports(self, query: str, *values: object) -> list[Export]:
        with storing("the ledger"):
            rows = self._connection.execute(query, values).fetchall()
        return [Export(n, tuple(map(Path, json.loads(files))), size) for n, files, size in rows]
