"""What a callback's HTTP head says, and how its answer is written."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from starlette.types import Message

from leadflow.use_cases.receive_callback import CallbackAnswer

__all__ = ["is_plain_json", "is_unread", "write_answer"]

JSON_TYPE = re.compile(
    rb'\s*application/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?;?\s*', re.IGNORECASE
)
UNAUTHORIZED = 401
UNASKED = frozenset({401, 413, 415, 429})  # answers that may come before the body is read
PLAIN = frozenset({b"", b"identity"})
BODY_HEADERS = (b"content-type", b"content-encoding", b"transfer-encoding")


def is_plain_json(headers: Mapping[bytes, bytes]) -> bool:
    """Is the body said to be JSON in UTF-8, neither compressed nor encoded otherwise?"""
    return _says_plain_json(*map(headers.get, BODY_HEADERS))


@lru_cache(maxsize=64)
def _says_plain_json(kind: bytes | None, coding: bytes | None, transfer: bytes | None) -> bool:
    is_json = JSON_TYPE.fullmatch(kind or b"") is not None
    is_plain = (coding or b"").strip().lower() in PLAIN
    is_whole = transfer is None or transfer.strip().lower() == b"chunked"
    return is_json and is_plain and is_whole


def is_unread(answer: CallbackAnswer, headers: Mapping[bytes, bytes]) -> bool:
    """May a body be missing from the connection, so that the next request cannot be told from it?

    A caller that waits for 100 Continue was never told to send it.
    """
    return b"upgrade" in headers or (b"expect" in headers and answer.status in UNASKED)


def write_answer(answer: CallbackAnswer, *, closes: bool) -> tuple[Message, Message]:
    """Write an answer as the two messages of ASGI."""
    body = json.dumps(answer.body).encode() if answer.body is not None else b""
    headers = [(b"content-length", str(len(body)).encode())]
    if body:
        headers.append((b"content-type", b"application/json"))
    if answer.status == UNAUTHORIZED:
        headers.append((b"www-authenticate", b"Bearer"))
    if answer.retry_after_seconds is not None:
        headers.append((b"retry-after", str(answer.retry_after_seconds).encode()))
    if closes:
        headers.append((b"connection", b"close"))
    start: dict[str, Any] = {"type": "http.response.start", "status": answer.status}
    return {**start, "headers": headers}, {"type": "http.response.body", "body": body}
