"""Whether a dead job can be tried again, over every state of its lead."""

from __future__ import annotations

import pytest

from leadflow.domain.dead_job import DEATHS, Redrive, redrive_for
from leadflow.domain.ledger import State

EXPECTED = {  # of a lead that is whole: plainly, and when it may be repeated
    None: (Redrive.NOT_KNOWN, Redrive.NOT_KNOWN),
    State.WAITING: (Redrive.BACK, Redrive.BACK),
    State.FAILED: (Redrive.BACK, Redrive.BACK),
    State.SENT: (Redrive.SENT, Redrive.SENT),
    State.SENDING: (Redrive.UNKNOWN, Redrive.BACK),
    State.UNKNOWN: (Redrive.UNKNOWN, Redrive.BACK),
}


@pytest.mark.parametrize("state", [None, *State])
def test_the_lead_decides(state: State | None) -> None:
    plainly = redrive_for(state, is_emptied=False, may_repeat=False)
    boldly = redrive_for(state, is_emptied=False, may_repeat=True)

    assert (plainly, boldly) == EXPECTED[state]


@pytest.mark.parametrize("may_repeat", [False, True])
@pytest.mark.parametrize("state", State)
def test_what_was_emptied_is_never_sent(state: State, *, may_repeat: bool) -> None:
    redrive = redrive_for(state, is_emptied=True, may_repeat=may_repeat)

    assert redrive is not Redrive.BACK


@pytest.mark.parametrize("state", State)
def test_what_a_dead_job_leaves_waiting_can_be_redriven(state: State) -> None:
    then = DEATHS.get(state, state)

    assert then is not State.WAITING
    assert then is state or redrive_for(then, is_emptied=False, may_repeat=False) is Redrive.BACK
