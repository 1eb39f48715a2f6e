"""One lead to Clay, start to finish: claimed durably, sent once, and its end written down."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from leadflow.domain.errors import AnswerLost, NotSent
from leadflow.domain.lead import clay_body
from leadflow.domain.ledger import Event, State
from leadflow.domain.verdict import Reply, Verdict, judge

__all__ = ["Clay", "Receipt", "SendLedger", "WaitingLead", "send_lead"]

WITH_STATUS = {Event.REFUSED, Event.BROKEN, Event.LOST}
GRACE_SECONDS = 1.5  # an interrupted run waits this long for the answer that is on its way


@dataclass(frozen=True, slots=True)
class WaitingLead:
    """A lead as the ledger gives it out; put back, it is again what it was: its origin."""

    lead_id: str
    fields: Mapping[str, str]
    origin: State = State.WAITING
    seq: int = 0


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
    now: Callable[[], float],
    ready: Callable[[], Awaitable[None]],
    heard: Callable[[Receipt], None] = lambda _: None,
) -> Receipt:
    """Send the lead and write its end down, whatever it is; `heard` is told in every case.

    `ready` is awaited between claim and request, so that claiming does not disturb the pace.
    Cancelled before the request, the lead is put back; cancelled after, it is lost.
    """
    await ledger.claim(lead, webhook_id=webhook_id, now=now())
    receipt = INTERRUPTED
    try:
        await ready()
        receipt = UNANSWERED  # from here on, whatever goes wrong, Clay may have the lead
        attempt = asyncio.ensure_future(_attempt(clay, webhook_id, lead))
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


async def _attempt(clay: Clay, webhook_id: str, lead: WaitingLead) -> Receipt:
    try:
        reply = await clay.post(webhook_id, clay_body(lead.lead_id, lead.fields))
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
