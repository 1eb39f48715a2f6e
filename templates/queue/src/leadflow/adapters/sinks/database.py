"""The project's own database: table `enrichment`, the newest facts of each lead."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial

from leadflow.adapters.database import Database
from leadflow.adapters.group_commit import GroupCommit
from leadflow.adapters.sinks.http_answers import DELIVERED
from leadflow.domain.delivery import Delivery, Outcome, OutcomeKind
from leadflow.domain.errors import LedgerError

__all__ = ["DatabaseSink"]

# Taken from the inbox as Clay sent them; an event of which nothing is left to write is written.
PUT = """
    INSERT INTO enrichment (lead_id, facts, imported_at)
    SELECT CAST(? AS TEXT), facts, CAST(? AS DOUBLE PRECISION)
      FROM inbox
     WHERE event_id = ?
        ON CONFLICT (lead_id) DO UPDATE
       SET facts = excluded.facts, imported_at = excluded.imported_at
"""


class DatabaseSink:
    """Writes a batch in one transaction, which it may share with others."""

    batch_size = 200

    def __init__(self, writer: GroupCommit, *, now: Callable[[], float] = time.time) -> None:
        self._writer, self._now = writer, now

    async def deliver(self, batch: Sequence[Delivery]) -> Sequence[Outcome]:
        now = self._now()
        rows = [(d.lead_id, now, d.event_id) for d in sorted(batch, key=_lead)]
        try:
            await self._writer.run(partial(_put, rows))
        except LedgerError as fault:
            outcome = Outcome(OutcomeKind.HELD, f"the store: {type(fault).__name__}")
            return [outcome] * len(batch)
        return [DELIVERED] * len(batch)


def _put(rows: Sequence[tuple[str, float, int]], db: Database) -> None:
    db.execute_many(PUT, rows)


def _lead(delivery: Delivery) -> str:
    return delivery.lead_id
