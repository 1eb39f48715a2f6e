"""Is this callback ours, whole and sound? Nothing here stores or answers."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from typing import NamedTuple

from leadflow.domain.enrichment import parse_enrichment
from leadflow.domain.errors import EnrichmentRefused, ManyRows, TokenRefused, Unreadable
from leadflow.domain.inbox import Arrival, arrival_of
from leadflow.domain.strict_json import read_object
from leadflow.domain.token import TOKEN_FIELD, Token, TokenRing, matches_subject, read_token

__all__ = ["CallbackRefused", "CallbackRules", "Proven", "prove", "secret_slot"]


@dataclass(frozen=True, slots=True)
class CallbackRules:
    """Whom to believe, and how much to read."""

    secrets: tuple[str, ...] = field(repr=False)  # two while one replaces the other
    ring: TokenRing
    max_body_bytes: int
    max_age_seconds: float
    max_ahead_seconds: float  # how far our clock may be behind the one that issued the token
    retry_after_seconds: int


class Proven(NamedTuple):
    """Who sent which lead when, and what was found out about it."""

    token: Token
    arrival: Arrival


class CallbackRefused(Exception):  # noqa: N818 - a verdict on one body, not a fault
    """Nobody can use this body; `code` is for the caller, `reason` for the quarantine."""

    def __init__(self, status: int, code: str, reason: str, token: Token | None = None) -> None:
        super().__init__(code)
        self.status, self.code, self.reason, self.token = status, code, reason, token


def secret_slot(authorization: bytes | None, secrets: tuple[str, ...]) -> int | None:
    """Tell which secret this is, from 1. All are compared, so that the time taken tells nothing."""
    scheme, _, given = (authorization or b"").partition(b" ")
    fits = [hmac.compare_digest(given, secret.encode()) for secret in secrets]
    is_bearer = scheme.lower() == b"bearer" and given != b""
    return fits.index(True) + 1 if is_bearer and True in fits else None


def prove(raw: bytes, rules: CallbackRules, *, now: float) -> Proven:
    """Read the body and believe it, or raise CallbackRefused."""
    body = _read(raw)
    token = _token_of(body.get(TOKEN_FIELD), rules, now=now)
    if not matches_subject(token, body):
        raise CallbackRefused(422, "subject_mismatch", "the token is of another lead", token)
    try:
        enrichment = parse_enrichment(body)
    except EnrichmentRefused as fault:
        raise CallbackRefused(422, "enrichment_refused", str(fault), token) from fault
    return Proven(token, arrival_of(token, enrichment, received_at=now))


def _read(raw: bytes) -> dict[str, object]:
    try:
        return read_object(raw)
    except ManyRows as fault:
        raise CallbackRefused(422, "one_row_per_call", str(fault)) from fault
    except Unreadable as fault:
        raise CallbackRefused(400, "unreadable", str(fault)) from fault


def _token_of(text: object, rules: CallbackRules, *, now: float) -> Token:
    try:
        return read_token(
            text,
            rules.ring,
            now=now,
            max_age_seconds=rules.max_age_seconds,
            max_ahead_seconds=rules.max_ahead_seconds,
        )
    except TokenRefused as fault:
        raise CallbackRefused(422, f"token_{fault.code}", f"{TOKEN_FIELD}: {fault.code}") from fault
