"""Where every accepted lead is on its way, and which ones should be back by now."""

from __future__ import annotations

from typing import NamedTuple

from leadflow.adapters.database import Database
from leadflow.adapters.sql_checks import problems
from leadflow.adapters.sql_depth import Waiting, waiting
from leadflow.domain.journey import Journey

__all__ = ["SentNote", "SqlJourney"]

NEVER = "1 = 0"
# A lead that went to Clay in a file carries no token: an import brings it back, and no callback.
# The first that fits. What is open decides before what is done, and what came back before what
# was sent. The few open leads are gathered first, so that a million others cost one pass.
JOURNEY = """
    WITH worst AS (
             SELECT lead_seq, min(place) AS place
               FROM (
                        SELECT lead_seq,
                               CASE state WHEN 'unknown' THEN 1 WHEN 'dead' THEN 2 ELSE 3 END
                                   AS place
                          FROM delivery
                         WHERE due_at IS NOT NULL
                         UNION ALL
                        SELECT lead_seq, CASE state WHEN 'failed' THEN 2 ELSE 3 END
                          FROM inbox
                         WHERE state <> 'routed' AND state <> 'superseded'
                    ) AS open
              GROUP BY lead_seq
         ),
         placed AS (
             SELECT CASE
                    WHEN place = 1 THEN 'unknown'
                    WHEN place = 2 THEN 'dead'
                    WHEN place = 3 THEN 'in flight'
                    WHEN EXISTS (SELECT 1 FROM newest WHERE newest.lead_seq = lead.seq)
                         THEN 'delivered'
                    WHEN EXISTS (SELECT 1 FROM enrichment WHERE enrichment.lead_id = lead.lead_id)
                         THEN 'delivered'
                    WHEN state IN ('unknown', 'sending') THEN 'unknown'
                    WHEN state = 'failed' AND NOT ({tried_again}) THEN 'dead'
                    WHEN state = 'sent' AND changed_at < ? AND export_id IS NULL
                         THEN 'callback timeout'
                    ELSE 'in flight'
                    END AS place
               FROM lead LEFT JOIN worst ON worst.lead_seq = lead.seq
         )
    SELECT place, count(*) FROM placed GROUP BY place
     UNION ALL
    SELECT 'accepted', count(*) FROM lead
"""
OVERDUE = """
    SELECT lead_id, file, line, changed_at
      FROM lead
      JOIN intake USING (intake_id)
      LEFT JOIN (SELECT DISTINCT lead_seq FROM inbox WHERE state <> 'routed') AS arrived
        ON arrived.lead_seq = lead.seq
     WHERE state = 'sent' AND changed_at < ? AND export_id IS NULL
       AND arrived.lead_seq IS NULL
       AND NOT EXISTS (SELECT 1 FROM newest WHERE newest.lead_seq = lead.seq)
       AND NOT EXISTS (SELECT 1 FROM enrichment WHERE enrichment.lead_id = lead.lead_id)
     ORDER BY changed_at, seq
"""
IN_FILES = """
    SELECT count(*)
      FROM lead
     WHERE export_id IS NOT NULL AND state = 'sent'
       AND NOT EXISTS (SELECT 1 FROM newest WHERE newest.lead_seq = lead.seq)
       AND NOT EXISTS (SELECT 1 FROM enrichment WHERE enrichment.lead_id = lead.lead_id)
"""


class SentNote(NamedTuple):
    """A lead that Clay has, and where it came from."""

    lead_id: str
    file: str
    line: int
    sent_at: float


class SqlJourney:
    """Reads only. `tried_again` tells in SQL which of the failed leads something still tries."""

    def __init__(self, database: Database, *, tried_again: str = NEVER) -> None:
        self._database = database
        self._query = JOURNEY.format(tried_again=tried_again)

    def journey(self, now: float, callback_timeout_seconds: float) -> Journey:
        """Count every lead once, all in one statement: what changes meanwhile is not seen."""
        rows = self._database.execute(self._query, (now - callback_timeout_seconds,))
        count = dict(rows.fetchall())
        return Journey(
            accepted=count["accepted"],
            delivered=count.get("delivered", 0),
            dead=count.get("dead", 0),
            callback_timeout=count.get("callback timeout", 0),
            unknown=count.get("unknown", 0),
            in_flight=count.get("in flight", 0),
        )

    def overdue(self, now: float, limit_seconds: float) -> list[SentNote]:
        """Give the leads sent longer ago than the limit of which nothing has come back."""
        found = self._database.execute(OVERDUE, (now - limit_seconds,))
        return [SentNote(*row) for row in found]

    def in_files(self) -> int:
        """Count the leads that went to Clay in a file and were not brought back by an import."""
        (count,) = self._database.execute(IN_FILES).fetchone()
        return int(count)

    def waiting(self) -> list[Waiting]:
        """Say what each destination still has to take."""
        return waiting(self._database)

    def problems(self) -> list[str]:
        """Say where the tables disagree; there should be nothing to say."""
        return problems(self._database)
