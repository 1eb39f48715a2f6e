"""Dead jobs in the ledger: written down as often as they are found, and counted once."""

from __future__ import annotations

from collections.abc import Sequence

from leadflow.adapters.database import Database, marks
from leadflow.adapters.many_rows import by_powers_of_two, insert_many
from leadflow.adapters.sql_giving_up import give_up
from leadflow.domain.dead_job import DeadJob, FailedJob
from leadflow.domain.ledger import State
from leadflow.domain.source import Source
from leadflow.use_cases.redrive import Known

__all__ = ["SqlDeadJobs"]

# A job that was redriven and has failed again is dead again; its attempts add up.
KEEP = """
    INSERT INTO dead_job (lead_id, name, reason, attempts, first_at, last_at)
    VALUES {rows}
        ON CONFLICT (lead_id) DO UPDATE
       SET name     = excluded.name,
           reason   = excluded.reason,
           attempts = dead_job.attempts + excluded.attempts,
           last_at  = excluded.last_at,
           state    = 'dead'
     WHERE excluded.last_at > dead_job.last_at
"""
SENT = "SELECT lead_id FROM lead WHERE state = 'sent' AND lead_id IN ({ids})"
NOTE = """
    SELECT dead_job.lead_id, name, dead_job.reason, dead_job.attempts, first_at, last_at,
           dead_job.state, lead.state
"""
FROM = """
      FROM dead_job
      LEFT JOIN lead ON lead.lead_id = dead_job.lead_id
"""
# A lead that was sent since, by whatever way, is no longer dead.
CHOSEN = """
     WHERE dead_job.state = 'dead'
       AND coalesce(lead.state, '') <> 'sent'
       AND (CAST(? AS TEXT) IS NULL OR name = ?)
       AND (CAST(? AS TEXT) IS NULL OR lower(dead_job.reason) LIKE ? ESCAPE '!')
"""
LISTING = f"{NOTE}{FROM}{CHOSEN} ORDER BY last_at, dead_job.lead_id LIMIT ?"
COUNT = f"SELECT count(*) {FROM}{CHOSEN}"
SHOW = f"{NOTE}{FROM} WHERE dead_job.lead_id = ?"
OLDER = f"{NOTE}{FROM} WHERE dead_job.state = 'dead' AND last_at < ? ORDER BY last_at LIMIT ?"
MARK = "UPDATE dead_job SET state = ? WHERE lead_id IN ({ids})"
LOOK = """
    SELECT state,
           (SELECT source FROM lead_source WHERE lead_seq = seq ORDER BY first_at, source LIMIT 1),
           fields = '{}'
      FROM lead
     WHERE lead_id = ?
"""


class SqlDeadJobs:
    """What people see of the queue's failed set."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, failed: Sequence[FailedJob]) -> int:
        rows = sorted(
            (job.job_id, job.name, job.reason, job.attempts, job.failed_at, job.failed_at)
            for job in failed
        )
        with self._database.transaction():
            news = sum(part.rowcount for part in insert_many(self._database, KEEP, rows))
            give_up(self._database, [job.job_id for job in failed])
        return news

    def sent_among(self, lead_ids: Sequence[str]) -> set[str]:
        found: set[str] = set()
        for some in by_powers_of_two(lead_ids):
            rows = self._database.execute(SENT.format(ids=marks(some)), some)
            found.update(lead_id for (lead_id,) in rows)
        return found

    def listing(self, *, name: str | None, reason: str | None, limit: int) -> list[DeadJob]:
        """The longest dead first; `reason` is a part of the reason."""
        values = (*_choice(name, reason), limit)
        return [DeadJob(*row) for row in self._database.execute(LISTING, values)]

    def count(self, *, name: str | None, reason: str | None) -> int:
        (count,) = self._database.execute(COUNT, _choice(name, reason)).fetchone()
        return int(count)

    def show(self, lead_id: str) -> DeadJob | None:
        """Show any that was ever dead."""
        row = self._database.execute(SHOW, (lead_id,)).fetchone()
        return DeadJob(*row) if row else None

    def older(self, *, before: float, limit: int) -> list[DeadJob]:
        return [DeadJob(*row) for row in self._database.execute(OLDER, (before, limit))]

    def mark(self, lead_ids: Sequence[str], state: str) -> None:
        with self._database.transaction():
            for some in by_powers_of_two(lead_ids):
                self._database.execute(MARK.format(ids=marks(some)), (state, *some))

    def look(self, lead_id: str) -> Known | None:
        row = self._database.execute(LOOK, (lead_id,)).fetchone()
        if row is None:
            return None
        state, source, is_emptied = row
        return Known(State(state), Source(source or Source.CSV_IMPORT), bool(is_emptied))


def _choice(name: str | None, reason: str | None) -> tuple[str | None, ...]:
    part = None
    if reason is not None:
        escaped = reason.lower()
        for special in "!%_":
            escaped = escaped.replace(special, f"!{special}")
        part = f"%{escaped}%"
    return (name, name, part, part)
