"""Jobs that the queue gave up, what that means for the lead, and putting one back. Pure.

    the lead            once its job is dead
    waiting             failed, for the reason that its job died of: nothing else comes for it
    (any other)         stays: it was sent, or Clay may have it, or failed before its job did

    waiting ── its job is dead ──> failed ── enqueue --failed, dead redrive ──> sending

That transition is the queue's own; the others are in domain/ledger.py. A lead is found waiting when
its job killed its worker again and again before anything was sent.

    the lead            redriven
    not there           cannot be sent
    emptied             cannot be sent: the person was forgotten
    sent                needs nothing: no second row in Clay
    sending, unknown    only when the person who asks accepts that Clay may get it twice
    waiting, failed     yes, unless its job is on its way already

What is redriven asks the gate like any other job.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from leadflow.domain.ledger import State

__all__ = ["DEATHS", "DeadJob", "FailedJob", "Redrive", "redrive_for"]

DEATHS = {State.WAITING: State.FAILED}  # where a lead stands, and where once its job is dead


class FailedJob(NamedTuple):
    """A job in the queue's failed set."""

    job_id: str  # the lead's, unless another program put the job there
    name: str
    reason: str
    attempts: int
    added_at: float
    failed_at: float


class DeadJob(NamedTuple):
    """A job as it is kept for a person to look at."""

    lead_id: str
    name: str
    reason: str
    attempts: int  # all of them, those before it was redriven included
    first_at: float
    last_at: float
    state: str  # dead, redriven, purged
    lead_state: str | None = None


class Redrive(StrEnum):
    """What becomes of the wish to try a lead again."""

    BACK = "it will be sent again"
    ON_ITS_WAY = "its job is on its way already"
    SENT = "it was sent: there is nothing to try again"
    UNKNOWN = "unknown: Clay may have it; --on-unknown=retry sends it again"
    EMPTIED = "what was known of it was emptied"
    NOT_KNOWN = "not known"


REDRIVES = {
    None: Redrive.NOT_KNOWN,
    State.SENT: Redrive.SENT,
    State.SENDING: Redrive.UNKNOWN,
    State.UNKNOWN: Redrive.UNKNOWN,
    State.WAITING: Redrive.BACK,
    State.FAILED: Redrive.BACK,
}


def redrive_for(state: State | None, *, is_emptied: bool, may_repeat: bool) -> Redrive:
    """Decide by where the lead stands."""
    redrive = REDRIVES[state]
    if redrive is Redrive.UNKNOWN and may_repeat:
        redrive = Redrive.BACK
    return Redrive.EMPTIED if redrive is Redrive.BACK and is_emptied else redrive
