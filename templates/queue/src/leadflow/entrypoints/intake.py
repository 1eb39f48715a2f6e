"""Where leads come in one by one, as bare ASGI: a bounded body, a desk that takes it, an answer.

POST /api/leads          entrypoints/intake_forms.py
POST /api/crm/events     entrypoints/intake_events.py

A desk refuses by the head alone what it can, before any of the body is read. What was not stored is
answered 503 with Retry-After, and no answer repeats a value that came in.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from typing import Protocol

from starlette.types import Message, Receive, Scope, Send

from leadflow.domain.errors import LedgerError
from leadflow.entrypoints.intake_terms import Head, IntakeAnswer, head_of, write_answer

__all__ = ["EVENTS_PATH", "LEADS_PATH", "Desk", "IntakeEndpoint", "IntakeWatch"]

LEADS_PATH = "/api/leads"
EVENTS_PATH = "/api/crm/events"
MOST_IN_HAND = 512  # requests at once, each with its body in memory
RETRY_AFTER_SECONDS = 5
WRITES_ON = frozenset({"POST", "OPTIONS"})
ALLOW = (b"allow", b"POST")
NOT_ALLOWED = 405


class Desk(Protocol):
    """Takes one kind of request."""

    name: str
    max_body_bytes: int
    store_seconds: float  # a store that has fallen silent must not silence us

    def refuse(self, head: Head, *, now: float) -> IntakeAnswer | None:
        """Answer by the head alone, or not at all."""

    async def take(self, raw: bytes, head: Head, *, now: float) -> IntakeAnswer:
        """Take the body in; LedgerError when it could not be stored."""

    def further_headers(self, head: Head) -> Iterable[tuple[bytes, bytes]]:
        """Name what every answer to this request carries."""


class IntakeWatch(Protocol):
    """Who counts and notes what became of requests."""

    def answered(self, desk: str, answer: IntakeAnswer, *, seconds: float) -> None:
        """Note one answer."""

    def failed(self, fault: Exception) -> None:
        """Note a defect, by its type and place only: its text may name a person."""


class _Gone(Exception):  # noqa: N818 - the caller went away
    """There is nobody left to answer."""


class IntakeEndpoint:
    """The ASGI application before one desk."""

    def __init__(
        self, desk: Desk, *, watch: IntakeWatch, now: Callable[[], float] = time.time
    ) -> None:
        self._desk, self._watch, self._now = desk, watch, now
        self._in_hand = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started, head = time.perf_counter(), head_of(scope)
        self._in_hand += 1
        try:
            answer = self._refuse(head)
            is_unread = answer is not None
            answer = answer or await self._take(head, receive)
        except _Gone:
            return
        finally:
            self._in_hand -= 1
        self._watch.answered(self._desk.name, answer, seconds=time.perf_counter() - started)
        further = [*self._desk.further_headers(head)]
        further += [ALLOW] if answer.status == NOT_ALLOWED else []
        # A caller that waits for 100 Continue was never told to send its body, and after an upgrade
        # the parser throws one away: the next request could not be told from it.
        closes = b"upgrade" in head.headers or (is_unread and b"expect" in head.headers)
        for message in write_answer(answer, further=further, closes=closes):
            await send(message)

    def _refuse(self, head: Head) -> IntakeAnswer | None:
        if head.method not in WRITES_ON:
            return IntakeAnswer(NOT_ALLOWED, "not_allowed")
        if head.length > self._desk.max_body_bytes:
            return IntakeAnswer(413, "too_large")
        if b"upgrade" in head.headers:
            return IntakeAnswer(400, "upgrade")
        if self._in_hand > MOST_IN_HAND:
            return _again("busy")
        return self._desk.refuse(head, now=self._now())

    async def _take(self, head: Head, receive: Receive) -> IntakeAnswer:
        try:
            raw = await _read(receive, most=self._desk.max_body_bytes)
            if raw is None:
                return IntakeAnswer(413, "too_large")
            async with asyncio.timeout(self._desk.store_seconds):
                return await self._desk.take(raw, head, now=self._now())
        except _Gone:
            raise
        except (LedgerError, TimeoutError, asyncio.CancelledError) as fault:
            return _again("not_stored", reason=type(fault).__name__)
        except Exception as fault:  # noqa: BLE001 - the last resort: it is not stored
            self._watch.failed(fault)
            return _again("defect")


def _again(outcome: str, *, reason: str = "") -> IntakeAnswer:
    seconds = RETRY_AFTER_SECONDS
    return IntakeAnswer(503, outcome, retry_after_seconds=seconds, reason=reason)


async def _read(receive: Receive, *, most: int) -> bytes | None:
    """Read the body; None when it is larger than that."""
    parts, size, is_more = [], 0, True
    while is_more:
        message: Message = await receive()
        if message["type"] != "http.request":
            raise _Gone
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > most:
            return None
        is_more = message.get("more_body", False)
    return b"".join(parts)
