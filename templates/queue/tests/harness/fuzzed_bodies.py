"""One body for the receiver, and what must become of it: stored, or refused and kept as it came."""

from __future__ import annotations

import json
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

from harness.bad_bodies import FIELDS
from harness.tokens import RING, SECRETS, callback_fields, token_for
from leadflow.domain.inbox import Acceptance, Arrival
from leadflow.use_cases.receive_callback import CallbackAnswer, CallbackRules, receive_callback

__all__ = ["PLACES", "check", "check_everywhere"]

NOW = 1_790_000_000.0
AUTHORIZATION = f"Bearer {SECRETS[0]}".encode()
RULES = CallbackRules(
    secrets=SECRETS,
    ring=RING,
    max_body_bytes=131_072,
    max_age_seconds=604_800,
    max_ahead_seconds=300,
    retry_after_seconds=5,
)
GOOD, MARK = callback_fields(token=token_for(issued_at=NOW)), "@here@"
REFUSALS = frozenset({400, 422})


@dataclass
class RecordingInbox:
    """Takes everything."""

    accepted: list[Arrival] = field(default_factory=list)
    kept: list[bytes] = field(default_factory=list)

    async def accept(self, arrival: Arrival) -> Acceptance:
        self.accepted.append(arrival)
        return Acceptance.NEW

    async def quarantine(self, body: bytes, *, reason: str, now: float) -> None:
        assert reason
        self.kept.append(body)


def _around(field: str) -> tuple[bytes, bytes]:
    """Give what stands before and behind the value of a field in a good body."""
    before, _, after = json.dumps({**GOOD, field: MARK}).partition(f'"{MARK}"')
    return before.encode(), after.encode()


# The whole body, one member more, and each value that matters.
PLACES = [(b"", b""), (json.dumps(GOOD).encode()[:-1] + b", ", b"}"), *map(_around, FIELDS)]


def check_everywhere(data: bytes) -> None:
    """Try it in every place of a body."""
    for before, after in PLACES:
        check(before + data + after)


def check(body: bytes) -> None:
    """Call as somebody with the secret does."""
    inbox = RecordingInbox()

    answer = _end_of(
        receive_callback(body, authorization=AUTHORIZATION, rules=RULES, inbox=inbox, now=NOW)
    )

    if answer.status == 200:
        (arrival,) = inbox.accepted
        assert inbox.kept == []
        assert json.loads(arrival.facts.encode()).get("icp_score") in {None, *range(101)}
    else:
        assert answer.status in REFUSALS
        assert (inbox.accepted, inbox.kept) == ([], [body])


def _end_of(receiving: Coroutine[Any, Any, CallbackAnswer]) -> CallbackAnswer:
    """Run it without a loop, which would take most of the time: this inbox never waits."""
    try:
        receiving.send(None)
    except StopIteration as end:
        answer: CallbackAnswer = end.value
        return answer
    raise AssertionError("the receiver waits for something")
