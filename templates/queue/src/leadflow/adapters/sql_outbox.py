"""Jobs that are not in the queue yet: each was stored with its lead."""

from __future__ import annotations

from collections.abc import Sequence

from leadflow.adapters.database import Database, marks
from leadflow.adapters.many_rows import by_powers_of_two
from leadflow.domain.job import Job
from leadflow.domain.ledger import State
from leadflow.domain.source import Source
from leadflow.use_cases.relay import Waiting

__all__ = ["SqlOutbox"]

GONE_SECONDS = 60.0  # several times what a call may take
FREE = """
    SELECT outbox_id, lead_id, source, is_again, may_repeat
      FROM outbox
     WHERE taken_until <= ?
     ORDER BY outbox_id
     LIMIT ? {skip_locked}
"""
TAKE = "UPDATE outbox SET taken_until = ? WHERE outbox_id IN ({ids})"
FORGET = "DELETE FROM outbox WHERE outbox_id IN ({ids})"
# Purged leads have no fields left to send. What is in the outbox already only learns that a job of
# its lead may have ended. A lead that has been `sending` for long lost its worker, and perhaps its
# job: the next worker finds out.
ASK_AGAIN = """
    INSERT INTO outbox (lead_id, source, is_again, may_repeat, queued_at)
    SELECT lead_id,
           coalesce((SELECT source
                       FROM lead_source
                      WHERE lead_seq = lead.seq
                      ORDER BY first_at, source
                      LIMIT 1), ?),
           1,
           CAST(? AS INTEGER),
           CAST(? AS DOUBLE PRECISION)
      FROM lead
     WHERE (state = ? AND state <> 'sent' OR state = 'sending' AND changed_at < ?)
       AND fields <> '{}'
     ORDER BY seq
        ON CONFLICT (lead_id) DO UPDATE
       SET is_again   = 1,
           may_repeat = CASE WHEN outbox.may_repeat = 1 THEN 1 ELSE excluded.may_repeat END
"""
# Their jobs are no longer dead: they are on their way, as after `leadflow dead redrive`.
REDRIVEN = """
    UPDATE dead_job
       SET state = 'redriven'
     WHERE state <> 'redriven' AND lead_id IN (SELECT lead_id FROM outbox WHERE is_again = 1)
"""
DEPTH = "SELECT count(*), min(queued_at) FROM outbox"


class SqlOutbox:
    """What the relay takes, and what people put in once more."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, *, limit: int, now: float, lease_until: float) -> list[Waiting]:
        """Lease the longest waiting ones that no other relay has."""
        free = FREE.format(skip_locked=self._database.skip_locked)
        with self._database.transaction():
            found = self._database.execute(free, (now, limit)).fetchall()
            self._change(TAKE, [row[0] for row in found], lease_until)
        return [
            Waiting(outbox_id, Job(lead_id, Source(source), bool(is_again), bool(may_repeat)))
            for outbox_id, lead_id, source, is_again, may_repeat in found
        ]

    def let_go(self, outbox_ids: Sequence[int]) -> None:
        """End their leases."""
        with self._database.transaction():
            self._change(TAKE, outbox_ids, 0.0)

    def forget(self, outbox_ids: Sequence[int]) -> None:
        """Delete them."""
        with self._database.transaction():
            self._change(FORGET, outbox_ids)

    def ask_again(self, states: Sequence[State], *, now: float) -> int:
        """Put every lead in these states in once more; return how many that were.

        With those that wait or are unknown, those whose worker has gone.
        """
        with self._database.transaction():
            count = sum(self._ask_again(state, now) for state in states)
            self._database.execute(REDRIVEN)
        return count

    def _ask_again(self, state: State, now: float) -> int:
        gone_before = 0.0 if state is State.FAILED else now - GONE_SECONDS
        may_repeat = int(state is State.UNKNOWN)
        values = (Source.CSV_IMPORT, may_repeat, now, state, gone_before)
        return self._database.execute(ASK_AGAIN, values).rowcount

    def depth(self) -> tuple[int, float | None]:
        """How many wait, and since when the oldest does."""
        count, oldest = self._database.execute(DEPTH).fetchone()
        return int(count), oldest

    def _change(self, query: str, outbox_ids: Sequence[int], *values: float) -> None:
        for some in by_powers_of_two(outbox_ids):
            self._database.execute(query.format(ids=marks(some)), (*values, *some))
