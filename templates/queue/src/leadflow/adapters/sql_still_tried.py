"""Failed leads whose job has not: the queue tries them again, so they are still under way.

A job that waits for its next attempt is in Redis, which holds no word about the lead. The ledger
knows as much: such a lead came through the queue before it failed, and its job is not among the
dead ones, or was put back since. What `leadflow send` could not send has no job.
"""

from __future__ import annotations

from leadflow.adapters.sql_account import SqlAccount

__all__ = ["STILL_TRIED", "QueuedAccount"]

# Of a lead that has failed. One without fields was purged: nothing of it is left to send.
STILL_TRIED = """
    lead.fields <> '{}'
    AND (
        EXISTS (SELECT 1 FROM outbox WHERE outbox.lead_id = lead.lead_id)
        OR EXISTS (
               SELECT 1 FROM dead_job
                WHERE dead_job.lead_id = lead.lead_id AND dead_job.state = 'redriven'
           )
        OR NOT EXISTS (SELECT 1 FROM dead_job WHERE dead_job.lead_id = lead.lead_id)
           AND EXISTS (
                   SELECT 1 FROM lead_source
                    WHERE lead_seq = lead.seq AND first_at <= lead.changed_at
               )
    )
"""
BY_STATE = """
    SELECT CASE WHEN state = 'failed' AND ({still_tried}) THEN 'waiting' ELSE state END AS place,
           count(*)
      FROM lead
     GROUP BY place
"""
FAILURES = """
    SELECT lead_id, file, line, reason
      FROM lead JOIN intake USING (intake_id)
     WHERE state = 'failed' AND NOT ({still_tried})
     ORDER BY seq
"""


class QueuedAccount(SqlAccount):
    """The account where a job may still be waiting: its lead waits, and has not failed."""

    by_state = BY_STATE.format(still_tried=STILL_TRIED)
    failures = FAILURES.format(still_tried=STILL_TRIED)
