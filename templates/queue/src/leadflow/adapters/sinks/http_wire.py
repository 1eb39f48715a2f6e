"""One request and its answer, as they go over a connection."""

from __future__ import annotations

import time
from typing import NamedTuple

import httpcore2
import httpx2

from leadflow.domain.retry import parse_retry_after

__all__ = ["HttpAnswer", "read", "to_request"]

MOST_BODY_BYTES = 1024 * 1024


class HttpAnswer(NamedTuple):
    """What was read of an answer; a longer body is cut off."""

    status: int
    retry_after_seconds: float | None = None
    body: bytes = b""

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300  # noqa: PLR2004 - as HTTP has it

    @property
    def is_redirect(self) -> bool:
        return 300 <= self.status < 400  # noqa: PLR2004 - likewise


def to_request(
    method: str, url: httpx2.URL, headers: httpx2.Headers, body: bytes
) -> httpcore2.Request:
    framing = [(b"Host", url.netloc), (b"Content-Length", b"%d" % len(body))]
    return httpcore2.Request(
        method,
        httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
        headers=[*framing, *headers.raw],
        content=body,
    )


async def read(response: httpcore2.Response) -> tuple[HttpAnswer, bool]:
    """Read an answer; False when not all was read, so that the connection is of no more use."""
    body = bytearray()
    try:
        async for chunk in response.aiter_stream():
            body += chunk
            if len(body) > MOST_BODY_BYTES:
                break
    finally:
        await response.aclose()
    answer = HttpAnswer(response.status, _pause(response.headers), bytes(body[:MOST_BODY_BYTES]))
    return answer, len(body) <= MOST_BODY_BYTES


def _pause(headers: list[tuple[bytes, bytes]]) -> float | None:
    for name, value in headers:
        if name.lower() == b"retry-after":
            return parse_retry_after(value.decode("latin-1"), now=time.time())
    return None
