"""One lead to Clay, start to finish: claimed durably, sent once, and its end written down.

`ready` is awaited between claim and request, so that claiming does not disturb the pace.
Cancelled before the request, the lead is put back; cancelled after, it is lost.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from leadflow.domain.errors import AnswerLost, NotSent
from leadflow.domain.lead import clay_body
from leadflow.domain.ledger import Event, State
from leadflow.domain.verdict import Reply, Verdict, judge

__all__ = [
    "Clay",
    "Compose",
    "Receipt",
    "SendLedger",
    "WaitingLead",
    "compose_row",
    "send_lead",
]

WITH_STATUS = {Event.REFUSED, Event.BROKEN, Event.LOST}
GRACE_SECONDS = 1.5  # an interrupted run waits this long for the answer that is on its way


@dataclass(frozen=True, slots=True)
class WaitingLead:
    """A lead as the ledger gives it out; put back, it is again what it was: its origin."""

    lead_id: str
    fields: Mapping[str, str]
    origin: State = State.WAITING
    seq: int = 0


# The body of a lead, from the lead and when it was claimed, in seconds since 1970.
Compose = Callable[[WaitingLead, float], bytes]


def compose_row(lead: WaitingLead, _claimed_at: float) -> bytes:
    """Build what Clay turns into one row: the lead's fields and its lead_id."""
    return clay_body(lead.lead_id, lead.fields)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one request."""

    verdict: Verdict
    reason: str
    retry_after_seconds: float | None = None
    started_at: float | None = None  # monotonic; None when no request has left


INTERRUPTED = Receipt(Verdict.INTERRUPTED, Verdict.INTERRUPTED.reason)
UNANSWERED = Receipt(Verdict.ANSWER_LOST, "interrupted before the answer")


class Clay(Protocol):
    """The webhook source of a Clay table."""

    async def post(self, webhook_id: str, body: bytes) -> Reply:
        """Send one row. Raises NotSent when Clay cannot have it, AnswerLost when it may."""


class SendLedger(Protocol):
    """Where a lead's state is kept. Every method is durable when it returns."""

    async def claim(self, lead: WaitingLead, *, webhook_id: str, now: float) -> None:
        """From the lead's origin to sending; the webhook is charged."""

    async def resolve(
        self, lead: WaitingLead, event: Event, *, webhook_id: str, reason: str, now: float
    ) -> None:
        """From sending to where the event leads; refunded when Clay certainly has no row."""


async def send_lead(
    lead: WaitingLead,
    *,
    webhook_id: str,
    clay: Clay,
    ledger: SendLedger,
    compose: Compose,
    now: Callable[[], float],
    ready: Callable[[], Awaitable[None]],
    heard: Callable[[Receipt], None] = lambda _: None,
) -> Receipt:
    """Send the lead and write its end down, whatever it is; `heard` is told in every case."""
    claimed_at = now()
    await ledger.claim(lead, webhook_id=webhook_id, now=claimed_at)
    receipt = INTERRUPTED
    try:
        body = compose(lead, claimed_at)
        await ready()
        receipt = UNANSWERED  # from here on, whatever goes wrong, Clay may have the lead
        attempt = asyncio.ensure_future(_attempt(clay, webhook_id, body))
        try:
            receipt = await asyncio.shield(attempt)
        except asyncio.CancelledError:
            receipt = await _last_words(attempt)
            raise
    finally:
        heard(receipt)
        event, reason = receipt.verdict.event, receipt.reason
        await ledger.resolve(lead, event, webhook_id=webhook_id, reason=reason, now=now())
    return receipt


async def _attempt(clay: Clay, webhook_id: str, body: bytes) -> Receipt:
    try:
        reply = await clay.post(webhook_id, body)
    except NotSent as fault:
        return Receipt(Verdict.UNREACHABLE, str(fault))
    except AnswerLost as fault:
        return Receipt(Verdict.ANSWER_LOST, str(fault))
    verdict = judge(reply.status)
    names_status = verdict.event in WITH_STATUS
    reason = f"{verdict.reason} ({reply.status})" if names_status else verdict.reason
    return Receipt(verdict, reason, reply.retry_after_seconds, reply.started_at)


async def _last_words(attempt: asyncio.Future[Receipt]) -> Receipt:
    """A stop must not make an unknown of a lead whose answer is nearly here."""
    await asyncio.wait({attempt}, timeout=GRACE_SECONDS)
    if attempt.done():
        return attempt.result()
    attempt.cancel()
    return UNANSWERED
