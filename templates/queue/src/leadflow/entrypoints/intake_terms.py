"""What the head of a request to intake says, and how its answer is written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from starlette.types import Message, Scope

__all__ = ["Head", "IntakeAnswer", "head_of", "is_plain", "write_answer"]

PLAIN = frozenset({b"", b"identity"})
LENGTH = re.compile(rb"[0-9]{1,18}")
CHALLENGED = 401
Pairs = Iterable[tuple[bytes, bytes]]


class Head(NamedTuple):
    """A request without its body."""

    method: str
    query: bytes
    headers: Mapping[bytes, bytes]
    peer: str
    forwarded: tuple[str, ...]  # every X-Forwarded-For, in order

    @property
    def length(self) -> int:
        """What the body is said to measure; 0 when it comes in pieces."""
        given = self.headers.get(b"content-length", b"0")
        return int(given) if LENGTH.fullmatch(given) else 0


class IntakeAnswer(NamedTuple):
    """What the caller hears, and what the watchers note; nothing personal in either."""

    status: int
    outcome: str
    body: Mapping[str, object] | None = None
    retry_after_seconds: int | None = None
    reason: str = ""
    lead_id: str | None = None
    events: Mapping[str, int] | None = None  # how each of a delivery ended


def head_of(scope: Scope) -> Head:
    """Read what ASGI says about the request."""
    pairs: list[tuple[bytes, bytes]] = [*scope["headers"]]
    forwarded = (value for name, value in pairs if name == b"x-forwarded-for")
    client = scope.get("client") or ("",)
    return Head(
        method=scope["method"],
        query=scope.get("query_string", b""),
        headers=dict(pairs),
        peer=client[0] or "",
        forwarded=tuple(value.decode("latin-1") for value in forwarded),
    )


def is_plain(headers: Mapping[bytes, bytes], media_type: bytes) -> bool:
    """Is the body said to be of this type, in UTF-8, neither compressed nor encoded otherwise?"""
    coding = headers.get(b"content-encoding", b"").strip().lower()
    transfer = headers.get(b"transfer-encoding", b"chunked").strip().lower()
    named, *parameters = headers.get(b"content-type", b"").lower().split(b";")
    charsets = [part.replace(b" ", b"").replace(b'"', b"") for part in parameters if part.strip()]
    is_utf8 = all(charset == b"charset=utf-8" for charset in charsets)
    return coding in PLAIN and transfer == b"chunked" and named.strip() == media_type and is_utf8


def write_answer(answer: IntakeAnswer, *, further: Pairs, closes: bool) -> tuple[Message, Message]:
    """Write an answer as the two messages of ASGI; `further` are headers of its own."""
    body = json.dumps(answer.body).encode() if answer.body is not None else b""
    headers = [(b"content-length", str(len(body)).encode()), (b"cache-control", b"no-store")]
    headers += further
    if body:
        headers.append((b"content-type", b"application/json"))
    if answer.status == CHALLENGED:
        headers.append((b"www-authenticate", b"Bearer"))
    if answer.retry_after_seconds is not None:
        headers.append((b"retry-after", str(answer.retry_after_seconds).encode()))
    if closes:
        headers.append((b"connection", b"close"))
    start: dict[str, Any] = {"type": "http.response.start", "status": answer.status}
    return {**start, "headers": headers}, {"type": "http.response.body", "body": body}
