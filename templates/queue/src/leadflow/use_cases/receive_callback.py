"""One callback of Clay, start to finish: proven, read strictly, stored, and only then answered.

    size ──> secret ──> JSON ──> token ──> subject ──> facts ──> inbox ──> 200
     413       401       400      422        422        422       429

Rule 1: 200 is said when the row is on disk, never before.
Rule 2: what somebody with the secret sent, and nobody can use, is kept in the quarantine.
Rule 3: what cannot be stored is answered 429, because Clay asks again after that and not after 5xx.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from leadflow.domain.errors import LedgerError
from leadflow.domain.inbox import Acceptance, Arrival
from leadflow.use_cases.prove_callback import (
    CallbackRefused,
    CallbackRules,
    Proven,
    prove,
    secret_slot,
)

__all__ = ["CallbackAnswer", "CallbackRules", "Inbox", "receive_callback"]


class Inbox(Protocol):
    """Where arrivals are kept. Both are durable when they return, or raise LedgerError."""

    async def accept(self, arrival: Arrival) -> Acceptance:
        """Store the arrival, unless it is there already or its lead is nobody's."""

    async def quarantine(self, body: bytes, *, reason: str, now: float) -> None:
        """Keep a body for a person to look at."""


class CallbackAnswer(NamedTuple):
    """What the caller hears, and what the watchers note; nothing personal in either."""

    status: int
    outcome: str
    body: Mapping[str, object] | None = None
    retry_after_seconds: int | None = None
    reason: str = ""
    lead_id: str | None = None
    age_seconds: float | None = None  # since the lead was sent
    slot: int | None = None  # which secret was shown, from 1
    kid: str | None = None  # which key signed the token


async def receive_callback(
    raw: bytes, *, authorization: bytes | None, rules: CallbackRules, inbox: Inbox, now: float
) -> CallbackAnswer:
    """Prove, read and store one callback; the answer is never better than what is on disk."""
    if len(raw) > rules.max_body_bytes:
        return CallbackAnswer(413, "too_large")
    slot = secret_slot(authorization, rules.secrets)
    if slot is None:
        return CallbackAnswer(401, "unauthorized")
    try:
        try:
            return await _store(prove(raw, rules, now=now), inbox=inbox, slot=slot, now=now)
        except CallbackRefused as refused:
            await inbox.quarantine(raw, reason=refused.reason, now=now)
            return _refusal(refused, slot=slot, now=now)
    except LedgerError as fault:
        return CallbackAnswer(
            429,
            "not_stored",
            retry_after_seconds=rules.retry_after_seconds,
            reason=type(fault).__name__,
            slot=slot,
        )


async def _store(proven: Proven, *, inbox: Inbox, slot: int, now: float) -> CallbackAnswer:
    token = proven.token
    acceptance = await inbox.accept(proven.arrival)
    if acceptance is Acceptance.NO_SUCH_LEAD:
        raise CallbackRefused(422, "no_such_lead", "the ledger has no such lead", token)
    is_duplicate = acceptance is Acceptance.DUPLICATE
    return CallbackAnswer(
        200,
        "duplicate" if is_duplicate else "accepted",
        {"ok": True, "duplicate": is_duplicate},
        lead_id=token.lead_id,
        age_seconds=now - token.issued_at,
        slot=slot,
        kid=token.kid,
    )


def _refusal(refused: CallbackRefused, *, slot: int, now: float) -> CallbackAnswer:
    token = refused.token
    return CallbackAnswer(
        refused.status,
        refused.code,
        {"ok": False, "error": refused.code},
        reason=refused.reason,
        lead_id=token.lead_id if token else None,
        age_seconds=now - token.issued_at if token else None,
        slot=slot,
        kid=token.kid if token else None,
    )
