"""A file into the ledger and, in the same transaction, into the outbox."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from leadflow.adapters.database import Database, marks
from leadflow.adapters.many_rows import by_powers_of_two, insert_many
from leadflow.adapters.sql_intake import SqlIntake, sql_intake
from leadflow.domain.intake import IntakeCount, NumberedLead, Repeat
from leadflow.domain.source import Source

__all__ = ["SqlQueuedIntake", "sql_queued_intake"]

SOURCE = Source.CSV_IMPORT
NOTE_SOURCE = """
    INSERT INTO lead_source (lead_seq, source, first_at, last_at)
    SELECT seq, ?, CAST(? AS DOUBLE PRECISION), CAST(? AS DOUBLE PRECISION)
      FROM lead
     WHERE lead_id IN ({ids})
     ORDER BY seq
        ON CONFLICT (lead_seq, source) DO UPDATE
       SET times   = lead_source.times + 1,
           last_at = excluded.last_at
"""
QUEUE = """
    INSERT INTO outbox (lead_id, source, queued_at)
    VALUES {rows}
        ON CONFLICT (lead_id) DO NOTHING
"""


class SqlQueuedIntake:
    """Adds leads as SqlIntake does, with their source; each new one gets a job."""

    def __init__(self, database: Database, intake: SqlIntake, *, now: float) -> None:
        self._database, self._intake, self._now = database, intake, now

    async def add(self, leads: Sequence[NumberedLead]) -> list[Repeat]:
        repeats = await self._intake.add(leads)
        self._note_source(list(dict.fromkeys(lead.lead_id for _, lead in leads)))
        repeated = {repeat.line for repeat in repeats}
        rows = [(lead.lead_id, SOURCE, self._now) for line, lead in leads if line not in repeated]
        insert_many(self._database, QUEUE, rows)
        return repeats

    def late_repeats(self) -> Iterator[Repeat]:
        return self._intake.late_repeats()

    async def finish(self, count: IntakeCount) -> None:
        await self._intake.finish(count)

    def _note_source(self, lead_ids: Sequence[str]) -> None:
        for some in by_powers_of_two(lead_ids):
            values = (SOURCE, self._now, self._now, *some)
            self._database.execute(NOTE_SOURCE.format(ids=marks(some)), values)


@contextmanager
def sql_queued_intake(database: Database, *, file: str, now: float) -> Iterator[SqlQueuedIntake]:
    """Take a file in whole, or not at all."""
    with sql_intake(database, file=file, now=now) as intake:
        yield SqlQueuedIntake(database, intake, now=now)
