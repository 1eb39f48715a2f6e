"""What Clay found out, one JSON object per lead."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from leadflow.adapters.database import Database

__all__ = ["SqlEnrichments", "sql_enrichments"]

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


class SqlEnrichments:
    """Keeps the newest facts of a lead; the same facts again change nothing."""

    def __init__(self, database: Database, now: float) -> None:
        self._database = database
        self._now = now

    async def put(self, lead_id: str, facts: Mapping[str, str]) -> str:
        row = self._database.execute(FIND, (lead_id,)).fetchone()
        if row is None:
            return "unmatched"
        text = json.dumps(facts, ensure_ascii=False, sort_keys=True)
        if row[1] == text:
            return "unchanged"
        self._database.execute(PUT, (lead_id, text, self._now))
        return "new" if row[1] is None else "changed"


@contextmanager
def sql_enrichments(database: Database, *, now: float) -> Iterator[SqlEnrichments]:
    """Import a file whole, or not at all."""
    with database.transaction():
        yield SqlEnrichments(database, now)
