"""A file into the ledger and, with each lead, into the outbox: some of them at a time.

A batch is one transaction, so that forms and events are stored in between. A reading that is ended
half-way has left its batches behind, each lead with its job; the same file again takes it up where
the ledger stands, and counts as if it had been read at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from leadflow.adapters.at_once import finished
from leadflow.adapters.database import Database, marks
from leadflow.adapters.many_rows import by_powers_of_two
from leadflow.adapters.sql_intake import SqlIntake
from leadflow.domain.intake import IntakeCount, NumberedLead, Repeat
from leadflow.domain.source import Source

__all__ = ["SqlQueuedIntake", "sql_queued_intake"]

SOURCE = Source.CSV_IMPORT
UNFINISHED = "{file} (not read to its end, {digest})"  # until then; people see it in `status`
BEGUN = "SELECT intake_id, started_at FROM intake WHERE file = ?"
BEGIN = "INSERT INTO intake (file, started_at) VALUES (?, ?) RETURNING intake_id, started_at"
TAKEN = "SELECT count(*) FROM lead WHERE intake_id = ?"
END = "UPDATE intake SET file = ? WHERE intake_id = ?"
# Noted once for one reading, however often that is taken up.
NOTE_KNOWN = """
    INSERT INTO lead_source (lead_seq, source, first_at, last_at)
    SELECT seq, ?, CAST(? AS DOUBLE PRECISION), CAST(? AS DOUBLE PRECISION)
      FROM lead
     WHERE lead_id IN ({ids})
     ORDER BY seq
        ON CONFLICT (lead_seq, source) DO UPDATE
       SET times   = lead_source.times + 1,
           last_at = excluded.last_at
     WHERE lead_source.last_at <> excluded.last_at
"""
LAST = "SELECT coalesce(max(seq), 0) FROM lead"
NOTE_NEW = """
    INSERT INTO lead_source (lead_seq, source, first_at, last_at)
    SELECT seq, ?, CAST(? AS DOUBLE PRECISION), CAST(? AS DOUBLE PRECISION)
      FROM lead
     WHERE intake_id = ? AND state = 'waiting' AND seq > ?
     ORDER BY seq
"""
QUEUE = """
    INSERT INTO outbox (lead_id, source, queued_at)
    SELECT lead_id, ?, CAST(? AS DOUBLE PRECISION)
      FROM lead
     WHERE intake_id = ? AND state = 'waiting' AND seq > ?
     ORDER BY seq
"""


class SqlQueuedIntake:
    """Adds leads as SqlIntake does, each new one with its source and its job."""

    def __init__(self, database: Database, intake_id: int, *, now: float, taken: int) -> None:
        self._database, self._intake_id, self._now = database, intake_id, now
        self._intake = SqlIntake(database, intake_id)
        self.taken = taken  # by a run of the same reading that was ended
        self.count: IntakeCount | None = None

    async def add(self, leads: Sequence[NumberedLead]) -> list[Repeat]:
        with self._database.transaction():
            (last,) = self._database.execute(LAST).fetchone()
            repeats = await self._intake.add(leads)
            self._note_known(leads, {repeat.line for repeat in repeats if repeat.is_known})
            added = (self._intake_id, last)
            self._database.execute(NOTE_NEW, (SOURCE, self._now, self._now, *added))
            self._database.execute(QUEUE, (SOURCE, self._now, *added))
        return repeats

    def _note_known(self, leads: Sequence[NumberedLead], lines: set[int]) -> None:
        known = dict.fromkeys(lead.lead_id for line, lead in leads if line in lines)
        for some in by_powers_of_two([*known]):
            values = (SOURCE, self._now, self._now, *some)
            self._database.execute(NOTE_KNOWN.format(ids=marks(some)), values)

    def late_repeats(self) -> Iterator[Repeat]:
        return self._intake.late_repeats()

    async def finish(self, count: IntakeCount) -> None:
        self.count = count  # kept once the report on the file is on the disk, too

    def end(self, file: str) -> None:
        """Keep the count, under the name of the file: it was read to its end."""
        if self.count is None:
            return
        with self._database.transaction():
            finished(self._intake.finish(self.count))
            self._database.execute(END, (file, self._intake_id))


@contextmanager
def sql_queued_intake(
    database: Database, *, file: str, digest: str, now: float
) -> Iterator[SqlQueuedIntake]:
    """Take a file in, or the rest of it; nobody else may be reading the same at this moment."""
    name = UNFINISHED.format(file=file, digest=digest)
    begun = database.execute(BEGUN, (name,)).fetchone()
    with database.transaction():
        intake_id, started_at = begun or database.execute(BEGIN, (name, now)).fetchone()
    (taken,) = database.execute(TAKEN, (intake_id,)).fetchone()
    intake = SqlQueuedIntake(database, intake_id, now=started_at, taken=int(taken))
    yield intake
    intake.end(file)
