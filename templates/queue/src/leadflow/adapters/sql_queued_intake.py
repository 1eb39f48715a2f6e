"""A file into the ledger and, in the same transaction, into the outbox."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from leadflow.adapters.database import Database, marks
from leadflow.adapters.many_rows import by_powers_of_two
from leadflow.adapters.sql_intake import SqlIntake
from leadflow.domain.intake import IntakeCount, NumberedLead, Repeat
from leadflow.domain.source import Source

__all__ = ["SqlQueuedIntake", "sql_queued_intake"]

SOURCE = Source.CSV_IMPORT
BEGIN = "INSERT INTO intake (file, started_at) VALUES (?, ?) RETURNING intake_id"
NOTE_KNOWN = """
    INSERT INTO lead_source (lead_seq, source, first_at, last_at)
    SELECT seq, ?, CAST(? AS DOUBLE PRECISION), CAST(? AS DOUBLE PRECISION)
      FROM lead
     WHERE lead_id IN ({ids})
     ORDER BY seq
        ON CONFLICT (lead_seq, source) DO UPDATE
       SET times   = lead_source.times + 1,
           last_at = excluded.last_at
"""
# What this reading added waits, and the index of those that do finds it in the order of the file.
NOTE_NEW = """
    INSERT INTO lead_source (lead_seq, source, first_at, last_at)
    SELECT seq, ?, CAST(? AS DOUBLE PRECISION), CAST(? AS DOUBLE PRECISION)
      FROM lead
     WHERE intake_id = ? AND state = 'waiting'
     ORDER BY seq
"""
QUEUE = """
    INSERT INTO outbox (lead_id, source, queued_at)
    SELECT lead_id, ?, CAST(? AS DOUBLE PRECISION)
      FROM lead
     WHERE intake_id = ? AND state = 'waiting'
     ORDER BY seq
"""


class SqlQueuedIntake:
    """Adds leads as SqlIntake does, with their source; in the end each new one gets a job."""

    def __init__(self, database: Database, intake_id: int, *, now: float) -> None:
        self._database, self._intake_id, self._now = database, intake_id, now
        self._intake = SqlIntake(database, intake_id)

    async def add(self, leads: Sequence[NumberedLead]) -> list[Repeat]:
        repeats = await self._intake.add(leads)
        lines = {repeat.line for repeat in repeats if repeat.is_known}
        known = dict.fromkeys(lead.lead_id for line, lead in leads if line in lines)
        for some in by_powers_of_two([*known]):
            values = (SOURCE, self._now, self._now, *some)
            self._database.execute(NOTE_KNOWN.format(ids=marks(some)), values)
        return repeats

    def late_repeats(self) -> Iterator[Repeat]:
        return self._intake.late_repeats()

    async def finish(self, count: IntakeCount) -> None:
        values = (SOURCE, self._now, self._now, self._intake_id)
        self._database.execute(NOTE_NEW, values)
        self._database.execute(QUEUE, (SOURCE, self._now, self._intake_id))
        await self._intake.finish(count)


@contextmanager
def sql_queued_intake(database: Database, *, file: str, now: float) -> Iterator[SqlQueuedIntake]:
    """Take a file in whole, or not at all."""
    with database.transaction():
        (intake_id,) = database.execute(BEGIN, (file, now)).fetchone()
        yield SqlQueuedIntake(database, intake_id, now=now)
