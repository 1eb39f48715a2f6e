"""The ledger as the csv transport sees it: waiting leads out, and which files they went into."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from leadflow.adapters.database import Database, marks
from leadflow.domain.errors import LedgerError
from leadflow.domain.ledger import Event, State, next_state
from leadflow.use_cases.export_leads import WAITING_ONLY, Export
from leadflow.use_cases.send_lead import WaitingLead

__all__ = ["SqlExport"]

WAITING = """
    SELECT lead_id, fields
      FROM lead
     WHERE state IN ({states})
     ORDER BY seq
"""
EXPORTED = "SELECT lead_id, fields FROM lead WHERE export_id = ? AND state = 'sent' ORDER BY seq"
RECORD = "INSERT INTO export (files, rows_per_file) VALUES (?, ?) RETURNING export_id"
MARK = """
    UPDATE lead
       SET state = ?, export_id = ?, reason = '', changed_at = ?
     WHERE seq IN (
               SELECT seq
                 FROM lead
                WHERE state IN ({states})
                ORDER BY seq
                LIMIT ?
           )
"""
FINISH = "UPDATE export SET written_at = ? WHERE export_id = ?"
HALF = """
    SELECT export_id, files, rows_per_file
      FROM export
     WHERE written_at IS NULL
     ORDER BY export_id
"""
ALL = "SELECT export_id, files, rows_per_file FROM export ORDER BY export_id DESC"


class SqlExport:
    """Reads in file order, so that what is marked is what was read."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def waiting(self, states: Sequence[State] = WAITING_ONLY) -> Iterator[WaitingLead]:
        return self._leads(WAITING.format(states=marks(states)), states)

    def fields(self, states: Sequence[State] = WAITING_ONLY) -> set[str]:
        """Every field that at least one of these leads has."""
        return _names(self.waiting(states))

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
        with self._database.transaction():
            (export_id,) = self._database.execute(RECORD, (files, rows_per_file)).fetchone()
            values = (target, export_id, now, *states, count)
            self._database.execute(MARK.format(states=marks(states)), values)
        return int(export_id)

    async def finish(self, export_id: int, *, now: float) -> None:
        with self._database.transaction():
            self._database.execute(FINISH, (now, export_id))

    def half_written(self) -> list[Export]:
        """Every export that was recorded, and whose files may not all be there."""
        return self._exports(HALF)

    def holding(self, path: Path) -> list[Export]:
        """The exports that wrote this file, the latest first."""
        wanted = path.absolute()
        return [export for export in self._exports(ALL) if wanted in export.paths]

    def leads_of(self, export: Export) -> Iterator[WaitingLead]:
        return self._leads(EXPORTED, (export.export_id,))

    def fields_of(self, export: Export) -> set[str]:
        return _names(self.leads_of(export))

    def _leads(self, query: str, values: Sequence[object]) -> Iterator[WaitingLead]:
        for lead_id, fields in self._database.stream(query, values):
            yield WaitingLead(lead_id, _read(lead_id, fields))

    def _exports(self, query: str) -> list[Export]:
        rows = self._database.execute(query)
        return [Export(n, tuple(map(Path, json.loads(files))), size) for n, files, size in rows]


def _names(leads: Iterable[WaitingLead]) -> set[str]:
    names: set[str] = set()
    for lead in leads:
        names.update(lead.fields)
    return names


def _read(lead_id: str, fields: str) -> dict[str, str]:
    try:
        found: dict[str, str] = json.loads(fields)
    except ValueError as fault:
        raise LedgerError(f"{lead_id} is damaged; restore a copy") from fault
    return found
