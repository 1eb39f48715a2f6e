"""What becomes of a job: from where its lead stands, and from what Clay answered. Pure.

    the lead          the job
    waiting, failed   is sent; a failed one because its job tries again, or a person put it back
    sent              has nothing to do
    sending           its worker is gone: the lead is unknown, and then as below
    unknown           is parked; sent when ON_UNKNOWN or the person who put it back allows a repeat
    (emptied)         has nothing to do: the person was forgotten
    (not there)       is dead

    the answer                    the job        an attempt   the gate hears
    ACCEPTED                      is done                     accepted
    RATE_LIMITED, UNREACHABLE     waits again    is not spent the same
    WEBHOOK_FULL                  waits again    is not spent the same
    URL_OR_TOKEN_WRONG            waits again    is not spent refused; the worker ends
    INTERRUPTED                   waits again    is not spent unused
    SERVER_ERROR                  waits again    is spent     broken
    ANSWER_LOST                   is parked, or waits again and an attempt is spent; lost
    LEAD_REFUSED                  is dead                     refused
    REDIRECTED                    is dead                     broken

A job whose attempts are spent is dead, too, and one that fails when so many do that the retry quota
is spent. What is dead stands in the failed set of the queue.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from leadflow.domain.gate import CallEnd
from leadflow.domain.ledger import State
from leadflow.domain.verdict import Verdict

__all__ = ["Ended", "JobEnd", "Step", "call_end", "job_end", "step_for", "unless_too_many_fail"]


class Step(StrEnum):
    """What to do with a lead as it stands."""

    SEND = "send"
    SKIP = "skip"  # nothing is to be done
    LOSE = "lose"  # write down first that nobody knows what became of it
    PARK = "park"  # a person decides, or its callback proves that Clay has it
    GIVE_UP = "give up"


class JobEnd(StrEnum):
    """How one turn of a job ends."""

    DONE = "done"
    PARKED = "parked"
    REPLACED = "replaced"  # a foreign job: its lead has a job of ours now
    HANDED_BACK = "handed back"
    TRIED = "tried"  # an attempt is spent; it waits, or is dead after the last
    DEAD = "dead"

    @property
    def is_over(self) -> bool:
        """The queue is done with the job, and nothing went wrong."""
        return self in {JobEnd.DONE, JobEnd.PARKED, JobEnd.REPLACED}


class Ended(NamedTuple):
    """One turn of a job. The reason holds nothing personal."""

    end: JobEnd
    reason: str = ""
    retry_after_seconds: float | None = None


STEPS = {
    State.WAITING: Step.SEND,
    State.FAILED: Step.SEND,
    State.SENT: Step.SKIP,
    State.SENDING: Step.LOSE,
}
JOB_ENDS = {
    Verdict.ACCEPTED: JobEnd.DONE,
    Verdict.RATE_LIMITED: JobEnd.HANDED_BACK,
    Verdict.UNREACHABLE: JobEnd.HANDED_BACK,
    Verdict.INTERRUPTED: JobEnd.HANDED_BACK,
    Verdict.URL_OR_TOKEN_WRONG: JobEnd.HANDED_BACK,
    Verdict.WEBHOOK_FULL: JobEnd.HANDED_BACK,
    Verdict.LEAD_REFUSED: JobEnd.DEAD,
    Verdict.REDIRECTED: JobEnd.DEAD,
    Verdict.SERVER_ERROR: JobEnd.TRIED,
}
CALL_ENDS = {
    Verdict.ACCEPTED: CallEnd.ACCEPTED,
    Verdict.RATE_LIMITED: CallEnd.RATE_LIMITED,
    Verdict.UNREACHABLE: CallEnd.UNREACHABLE,
    Verdict.INTERRUPTED: CallEnd.UNUSED,
    Verdict.URL_OR_TOKEN_WRONG: CallEnd.REFUSED,
    Verdict.WEBHOOK_FULL: CallEnd.WEBHOOK_FULL,
    Verdict.LEAD_REFUSED: CallEnd.REFUSED,
    Verdict.REDIRECTED: CallEnd.BROKEN,
    Verdict.SERVER_ERROR: CallEnd.BROKEN,
    Verdict.ANSWER_LOST: CallEnd.LOST,
}


def step_for(state: State | None, *, is_emptied: bool, may_repeat: bool) -> Step:
    """Decide what to do with the lead; `may_repeat` lets an unknown one go to Clay again."""
    if state is None:
        return Step.GIVE_UP
    if state is State.UNKNOWN:
        return Step.SEND if may_repeat and not is_emptied else Step.PARK
    step = STEPS[state]
    return Step.SKIP if step is Step.SEND and is_emptied else step


def job_end(verdict: Verdict, *, may_repeat: bool) -> JobEnd:
    """Decide what becomes of the job after Clay's answer, or its silence."""
    if verdict is Verdict.ANSWER_LOST:
        return JobEnd.TRIED if may_repeat else JobEnd.PARKED
    return JOB_ENDS[verdict]


def unless_too_many_fail(ended: Ended, *, has_attempts: bool, may_retry: bool) -> Ended:
    """Let a job that failed be dead at once when the retry quota allows no further attempt."""
    if ended.end is not JobEnd.TRIED or not has_attempts or may_retry:
        return ended
    return Ended(JobEnd.DEAD, f"{ended.reason}; not tried again, as too many fail".lstrip("; "))


def call_end(verdict: Verdict | None) -> CallEnd:
    """Say it in the gate's words; None when there was no call."""
    return CallEnd.UNUSED if verdict is None else CALL_ENDS[verdict]
