"""Do the tables agree with each other? Every question is asked of two that could contradict."""

from __future__ import annotations

from leadflow.adapters.database import Database

__all__ = ["problems"]

CHECKS = {
    "callbacks of a lead that is not in the ledger": """
        SELECT count(*) FROM inbox
         WHERE NOT EXISTS (SELECT 1 FROM lead WHERE lead.seq = inbox.lead_seq)""",
    "routed callbacks that no lead remembers": """
        SELECT count(*) FROM inbox
         WHERE state = 'routed'
           AND NOT EXISTS (SELECT 1 FROM newest WHERE newest.lead_seq = inbox.lead_seq)""",
    "leads whose newest callback is another": """
        SELECT count(*) FROM newest JOIN inbox USING (event_id)
         WHERE newest.lead_seq <> inbox.lead_seq OR newest.issued_at <> inbox.issued_at""",
    "deliveries of a callback of another lead": """
        SELECT count(*) FROM delivery LEFT JOIN inbox USING (event_id)
         WHERE inbox.lead_seq IS NULL OR inbox.lead_seq <> delivery.lead_seq""",
    "deliveries that wait although they are done, or never end": """
        SELECT count(*) FROM delivery
         WHERE (due_at IS NULL) <> (state IN ('delivered', 'superseded', 'withheld'))""",
    "days or months whose budget is not the sum of its reservations": """
        SELECT count(*)
          FROM budget
          LEFT JOIN (
                   SELECT day AS period, sum(credits) AS credits, sum(actions) AS actions
                     FROM reservation WHERE state <> 'released' GROUP BY day
                    UNION ALL
                   SELECT substr(day, 1, 7), sum(credits), sum(actions)
                     FROM reservation WHERE state <> 'released' GROUP BY substr(day, 1, 7)
               ) AS reserved USING (period)
         WHERE budget.credits <> coalesce(reserved.credits, 0)
            OR budget.actions <> coalesce(reserved.actions, 0)""",
}


def problems(database: Database) -> list[str]:
    """Ask them all; every answer should be 0."""
    found = ((what, database.execute(query).fetchone()[0]) for what, query in CHECKS.items())
    return [f"{count:,} {what}" for what, count in found if count]
