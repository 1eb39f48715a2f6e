"""A file taken back, as in Direct, except for leads that something else brought meanwhile."""

from __future__ import annotations

from leadflow.adapters.database import Database
from leadflow.adapters.sql_intake import FORGET

__all__ = ["withdraw_unsourced"]

# Somebody who sent a form was told that the lead is taken.
WITHDRAW = """
    DELETE FROM lead
     WHERE intake_id = ? AND state = 'waiting' AND attempts = 0
       AND NOT EXISTS (SELECT 1 FROM lead_source WHERE lead_seq = seq)
"""


def withdraw_unsourced(database: Database, intake_id: int) -> None:
    """Take back what an intake added, and nobody has tried to send or brought by another way."""
    with database.transaction():
        database.execute(WITHDRAW, (intake_id,))
        database.execute(FORGET, (intake_id, intake_id))
