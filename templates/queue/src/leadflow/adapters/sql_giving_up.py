"""Leads that wait for a job that is dead, in the ledger: they have failed, as their job has."""

from __future__ import annotations

from collections.abc import Sequence

from leadflow.adapters.database import Database, marks
from leadflow.adapters.many_rows import by_powers_of_two
from leadflow.domain.dead_job import DEATHS

__all__ = ["give_up"]

# A lead that another process changes just now is about to be something else: it is passed over, and
# so nobody waits for anybody in a circle. The next sweep looks at it again.
GIVE_UP = """
    UPDATE lead
       SET state      = ?,
           reason     = (SELECT reason FROM dead_job WHERE dead_job.lead_id = lead.lead_id),
           changed_at = (SELECT last_at FROM dead_job WHERE dead_job.lead_id = lead.lead_id)
     WHERE lead_id IN (
               SELECT lead.lead_id
                 FROM lead JOIN dead_job ON dead_job.lead_id = lead.lead_id
                WHERE lead.state = ? AND dead_job.state = 'dead' AND lead.lead_id IN ({ids})
                ORDER BY seq {skip_locked}
           )
"""


def give_up(database: Database, lead_ids: Sequence[str]) -> None:
    """Let these fail, those of them that wait while `dead_job` says that their job is dead."""
    for some in by_powers_of_two(lead_ids):
        query = GIVE_UP.format(ids=marks(some), skip_locked=database.skip_locked)
        for found, then in DEATHS.items():
            database.execute(query, (then, found, *some))
