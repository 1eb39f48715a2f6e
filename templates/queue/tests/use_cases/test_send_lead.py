"""One lead, start to finish: whatever happens, its end is written down."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from leadflow.domain.errors import AnswerLost, NotSent
from leadflow.domain.ledger import Event
from leadflow.domain.verdict import Reply, Verdict
from leadflow.use_cases.send_lead import Compose, Receipt, WaitingLead, compose_row, send_lead

ADA = WaitingLead("lead-ada", {"email": "ada@acme.com"})


class RecordingLedger:
    """Remembers the order of what it was told."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.bodies: list[bytes] = []

    async def claim(self, lead: WaitingLead, *, webhook_id: str, now: float) -> None:
        self.told.append("claimed")

    async def resolve(
        self, lead: WaitingLead, event: Event, *, webhook_id: str, reason: str, now: float
    ) -> None:
        self.told.append(event)


class ScriptedClay:
    """Answers as the script says."""

    def __init__(self, ledger: RecordingLedger, answer: Reply | BaseException | None) -> None:
        self._ledger = ledger
        self._answer = answer

    async def post(self, webhook_id: str, body: bytes) -> Reply:
        self._ledger.told.append("posted")
        self._ledger.bodies.append(body)
        if self._answer is None:
            await asyncio.sleep(60)
        if isinstance(self._answer, Reply):
            return self._answer
        raise self._answer or TimeoutError


async def at_once() -> None:
    """No pace to keep."""


async def never() -> None:
    await asyncio.sleep(60)


async def send(
    ledger: RecordingLedger,
    answer: Reply | BaseException | None,
    ready: Callable[[], Awaitable[None]] = at_once,
    compose: Compose = compose_row,
) -> Receipt:
    return await send_lead(
        ADA,
        webhook_id="w",
        clay=ScriptedClay(ledger, answer),
        ledger=ledger,
        compose=compose,
        now=lambda: 7.0,
        ready=ready,
    )


@pytest.mark.parametrize(
    ("answer", "verdict", "event"),
    [
        (Reply(200), Verdict.ACCEPTED, Event.ACCEPTED),
        (Reply(429, retry_after_seconds=3), Verdict.RATE_LIMITED, Event.PUT_BACK),
        (Reply(400), Verdict.LEAD_REFUSED, Event.REFUSED),
        (Reply(500), Verdict.SERVER_ERROR, Event.BROKEN),
        (Reply(502), Verdict.ANSWER_LOST, Event.LOST),
        (NotSent("refused"), Verdict.UNREACHABLE, Event.PUT_BACK),
        (AnswerLost("reset"), Verdict.ANSWER_LOST, Event.LOST),
    ],
)
def test_a_lead_is_claimed_then_posted_then_resolved(
    answer: Reply | BaseException, verdict: Verdict, event: Event
) -> None:
    ledger = RecordingLedger()

    receipt = asyncio.run(send(ledger, answer))

    assert receipt.verdict is verdict
    assert ledger.told == ["claimed", "posted", event]


def test_the_row_is_composed_for_the_moment_of_the_claim() -> None:
    ledger = RecordingLedger()

    def compose(lead: WaitingLead, claimed_at: float) -> bytes:
        return f"{lead.lead_id} {claimed_at:g} {ledger.told}".encode()

    asyncio.run(send(ledger, Reply(200), compose=compose))

    assert ledger.bodies == [b"lead-ada 7 ['claimed']"]


def test_a_row_that_cannot_be_composed_leaves_the_lead_waiting() -> None:
    ledger = RecordingLedger()

    def compose(_lead: WaitingLead, _claimed_at: float) -> bytes:
        raise RuntimeError("a defect")

    with pytest.raises(RuntimeError):
        asyncio.run(send(ledger, Reply(200), compose=compose))

    assert ledger.told == ["claimed", Event.PUT_BACK]


def test_an_unforeseen_failure_after_the_request_counts_as_lost() -> None:
    ledger = RecordingLedger()

    with pytest.raises(RuntimeError):
        asyncio.run(send(ledger, RuntimeError("a defect")))

    assert ledger.told == ["claimed", "posted", Event.LOST]


def test_cancelled_before_the_request_the_lead_waits_again() -> None:
    ledger = RecordingLedger()

    asyncio.run(cancel_when("claimed", ledger, None, never))

    assert ledger.told == ["claimed", Event.PUT_BACK]


def test_cancelled_while_clay_is_silent_the_lead_is_lost() -> None:
    ledger = RecordingLedger()

    asyncio.run(cancel_when("posted", ledger, None, at_once))

    assert ledger.told == ["claimed", "posted", Event.LOST]


async def cancel_when(
    word: str,
    ledger: RecordingLedger,
    answer: Reply | None,
    ready: Callable[[], Awaitable[None]],
) -> None:
    task = asyncio.ensure_future(send(ledger, answer, ready))
    while word not in ledger.told:  # noqa: ASYNC110 - a turn of the loop is all it takes
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
