"""The ledger as the csv transport sees it: waiting leads out, marked when they are in a file."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator

from leadflow.adapters.sqlite_store import storing, transaction
from leadflow.domain.ledger import Event, State, next_state
from leadflow.use_cases.send_lead import WaitingLead

__all__ = ["SqliteExport"]

WAITING = "SELECT lead_id, fields FROM lead WHERE state = ? ORDER BY seq"
FIELDS = """
    SELECT DISTINCT key
      FROM lead, json_each(fields)
     WHERE state = ?
"""
MARK = """
    UPDATE lead
       SET state = ?, changed_at = ?
     WHERE seq IN (SELECT seq FROM lead WHERE state = ? ORDER BY seq LIMIT ?)
"""


class SqliteExport:
    """Reads in file order, so that what is marked is what was read."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def waiting(self) -> Iterator[WaitingLead]:
        for lead_id, fields in self._connection.execute(WAITING, (State.WAITING,)):
            yield WaitingLead(lead_id, json.loads(fields))

    def fields(self) -> set[str]:
        """Every field that at least one waiting lead has."""
        with storing("the ledger"):
            return {name for (name,) in self._connection.execute(FIELDS, (State.WAITING,))}

    async def mark_exported(self, count: int, *, now: float) -> None:
        state = next_state(State.WAITING, Event.EXPORTED)
        with transaction(self._connection):
            self._connection.execute(MARK, (state, now, State.WAITING, count))
