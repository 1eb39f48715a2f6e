"""The server dies between storing and answering: Clay asks again, and nothing is there twice."""

from __future__ import annotations

import pytest

from harness.receiver import RunningReceiver, running_receiver
from harness.tokens import callback_body


@pytest.mark.case(50)
def test_after_a_kill_between_commit_and_answer_the_row_is_there_once(
    receiver: RunningReceiver,
) -> None:
    body = callback_body()
    (receiver.folder / "die").touch()

    with receiver.caller() as caller, pytest.raises(ConnectionError):
        caller.post(body)

    assert receiver.process.wait(10) == -9
    with running_receiver(receiver.folder) as again:
        assert again.post(body).json == {"ok": True, "duplicate": True}
        assert len(again.taken) == 1
