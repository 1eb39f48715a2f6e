"""What Clay found out, one JSON object per lead."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from leadflow.adapters.sqlite_store import transaction

__all__ = ["SqliteEnrichments", "sqlite_enrichments"]

FIND = """
    SELECT lead_id, facts
      FROM lead LEFT JOIN enrichment USING (lead_id)
     WHERE lead_id = ?
"""
PUT = """
    INSERT INTO enrichment (lead_id, facts, imported_at) VALUES (?, ?, ?)
    ON CONFLICT (lead_id) DO UPDATE
       SET facts = excluded.facts, imported_at = excluded.imported_at
"""


class SqliteEnrichments:
    """Keeps the newest facts of a lead; the same facts again change nothing."""

    def __init__(self, connection: sqlite3.Connection, now: float) -> None:
        self._connection = connection
        self._now = now

    async def put(self, lead_id: str, facts: Mapping[str, str]) -> str:
        row = self._connection.execute(FIND, (lead_id,)).fetchone()
        if row is None:
            return "unmatched"
        text = json.dumps(facts, ensure_ascii=False, sort_keys=True)
        if row[1] == text:
            return "unchanged"
        self._connection.execute(PUT, (lead_id, text, self._now))
        return "new" if row[1] is None else "changed"


@contextmanager
def sqlite_enrichments(
    connection: sqlite3.Connection, *, now: float
) -> Iterator[SqliteEnrichments]:
    """Import a file whole, or not at all."""
    with transaction(connection):
        yield SqliteEnrichments(connection, now)
