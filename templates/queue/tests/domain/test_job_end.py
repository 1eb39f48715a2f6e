"""What becomes of a job, over every state and every answer."""

from __future__ import annotations

import pytest

from leadflow.domain.call_end import CallEnd
from leadflow.domain.job_end import (
    Ended,
    JobEnd,
    Step,
    call_end,
    job_end,
    step_for,
    unless_too_many_fail,
)
from leadflow.domain.ledger import State
from leadflow.domain.verdict import Verdict

BOTH = [(False, False), (False, True), (True, False), (True, True)]
STEPS: dict[tuple[State | None, bool, bool], Step] = {  # (state, is emptied, may be repeated)
    **{(None, *rest): Step.GIVE_UP for rest in BOTH},
    **{(State.SENT, *rest): Step.SKIP for rest in BOTH},
    **{(State.SENDING, *rest): Step.LOSE for rest in BOTH},
    **{(State.WAITING, False, may): Step.SEND for may in (False, True)},
    **{(State.WAITING, True, may): Step.SKIP for may in (False, True)},
    **{(State.FAILED, False, may): Step.SEND for may in (False, True)},
    **{(State.FAILED, True, may): Step.SKIP for may in (False, True)},
    (State.UNKNOWN, False, True): Step.SEND,
    (State.UNKNOWN, False, False): Step.PARK,
    (State.UNKNOWN, True, True): Step.PARK,
    (State.UNKNOWN, True, False): Step.PARK,
}
ENDS = {  # what becomes of the job, parked and repeated, and what the gate hears
    Verdict.ACCEPTED: (JobEnd.DONE, JobEnd.DONE, CallEnd.ACCEPTED),
    Verdict.RATE_LIMITED: (JobEnd.HANDED_BACK, JobEnd.HANDED_BACK, CallEnd.RATE_LIMITED),
    Verdict.UNREACHABLE: (JobEnd.HANDED_BACK, JobEnd.HANDED_BACK, CallEnd.UNREACHABLE),
    Verdict.INTERRUPTED: (JobEnd.HANDED_BACK, JobEnd.HANDED_BACK, CallEnd.UNUSED),
    Verdict.URL_OR_TOKEN_WRONG: (JobEnd.HANDED_BACK, JobEnd.HANDED_BACK, CallEnd.REFUSED),
    Verdict.WEBHOOK_FULL: (JobEnd.HANDED_BACK, JobEnd.HANDED_BACK, CallEnd.WEBHOOK_FULL),
    Verdict.LEAD_REFUSED: (JobEnd.DEAD, JobEnd.DEAD, CallEnd.REFUSED),
    Verdict.REDIRECTED: (JobEnd.DEAD, JobEnd.DEAD, CallEnd.BROKEN),
    Verdict.SERVER_ERROR: (JobEnd.TRIED, JobEnd.TRIED, CallEnd.BROKEN),
    Verdict.ANSWER_LOST: (JobEnd.PARKED, JobEnd.TRIED, CallEnd.LOST),
}


@pytest.mark.parametrize("may_repeat", [False, True])
@pytest.mark.parametrize("is_emptied", [False, True])
@pytest.mark.parametrize("state", [None, *State])
def test_the_state_of_the_lead_decides_what_a_job_does(
    state: State | None, *, is_emptied: bool, may_repeat: bool
) -> None:
    step = step_for(state, is_emptied=is_emptied, may_repeat=may_repeat)

    assert step is STEPS[state, is_emptied, may_repeat]


@pytest.mark.parametrize("verdict", Verdict)
def test_the_answer_decides_how_a_job_ends(verdict: Verdict) -> None:
    parked, repeated, heard = ENDS[verdict]

    assert job_end(verdict, may_repeat=False) is parked
    assert job_end(verdict, may_repeat=True) is repeated
    assert call_end(verdict) is heard


@pytest.mark.parametrize("verdict", Verdict)
def test_the_gate_keeps_what_the_ledger_keeps(verdict: Verdict) -> None:
    assert call_end(verdict).is_charged is verdict.event.is_charged


def test_a_call_that_was_not_made_leaves_the_leave_unused() -> None:
    assert call_end(None) is CallEnd.UNUSED


@pytest.mark.parametrize("end", JobEnd)
@pytest.mark.parametrize("has_attempts", [False, True])
@pytest.mark.parametrize("may_retry", [False, True])
def test_only_a_further_attempt_needs_room_in_the_quota(
    end: JobEnd, *, has_attempts: bool, may_retry: bool
) -> None:
    ended = Ended(end, "server error (503)")

    within = unless_too_many_fail(ended, has_attempts=has_attempts, may_retry=may_retry)

    is_denied = end is JobEnd.TRIED and has_attempts and not may_retry
    assert within.end is (JobEnd.DEAD if is_denied else end)
    assert within.reason.startswith(ended.reason)


def test_what_is_over_is_not_dead() -> None:
    assert {end for end in JobEnd if end.is_over} == {
        JobEnd.DONE,
        JobEnd.PARKED,
        JobEnd.REPLACED,
    }
