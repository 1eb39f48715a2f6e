"""What a ledger needs when this variant comes to it after another one, up or down the ladder."""

from __future__ import annotations

import time

from leadflow.adapters.committed_witness import begin_gate
from leadflow.adapters.database import Database
from leadflow.adapters.sql_outbox import SqlOutbox
from leadflow.domain.ledger import State

__all__ = ["VARIANT", "arrive"]

VARIANT = "queue"


def arrive(database: Database) -> None:
    """Put what waits into the outbox, as it has no job; what was charged goes into Redis anew."""
    SqlOutbox(database).ask_again((State.WAITING,), now=time.time())
    begin_gate(database)
