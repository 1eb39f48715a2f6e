"""Clay's webhook source over HTTP: one POST per lead, the status read, the body never parsed."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar

import httpx2

from leadflow.domain.errors import AnswerLost, NotSent
from leadflow.domain.limits import name_webhook
from leadflow.domain.retry import parse_retry_after
from leadflow.domain.verdict import Reply

__all__ = ["ClayWebhook", "open_clay"]

CONNECT_SECONDS = 3.0
# Shorter than any server keeps an idle connection, so that none is reused while it closes.
KEEP_ALIVE_SECONDS = 2.0
MAX_DRAINED_BYTES = 64 * 1024
# They write down the URL, which is a secret; other users of the library keep their log.
TALKATIVE = ("httpx2", "httpcore2.connection", "httpcore2.http11", "httpcore2.http2")
_is_posting: ContextVar[bool] = ContextVar("is_posting", default=False)


class ClayWebhook:
    """Posts rows; every failure of the network becomes NotSent or AnswerLost."""

    def __init__(
        self, client: httpx2.AsyncClient, urls: Sequence[str], *, timeout_seconds: float
    ) -> None:
        self._client = client
        self._urls = {name_webhook(url).webhook_id: url for url in urls}
        self._timeout_seconds = timeout_seconds

    async def post(self, webhook_id: str, body: bytes) -> Reply:
        departure = _Departure()
        request = self._client.build_request(
            "POST", self._urls[webhook_id], content=body, extensions={"trace": departure.note}
        )
        silence = _is_posting.set(True)
        try:
            async with asyncio.timeout(self._timeout_seconds):
                response = await self._client.send(request, stream=True)
                await _drain(response)
        except (TimeoutError, httpx2.TransportError) as fault:
            if not departure.has_begun:
                raise NotSent(f"Clay could not be reached: {type(fault).__name__}") from fault
            raise AnswerLost(f"no answer: {type(fault).__name__}") from fault
        finally:
            _is_posting.reset(silence)
        return Reply(
            response.status_code,
            parse_retry_after(response.headers.get("Retry-After"), now=time.time()),
            departure.at,
        )


@asynccontextmanager
async def open_clay(
    urls: Sequence[str], *, token: str, timeout_seconds: float
) -> AsyncIterator[ClayWebhook]:
    """Open a client that follows no redirect and heeds no proxy of the environment."""
    headers = {"Content-Type": "application/json", "User-Agent": "leadflow"}
    if token:
        headers["x-clay-webhook-auth"] = token
    for name in TALKATIVE:
        logging.getLogger(name).addFilter(_others_only)  # adding it twice changes nothing
    client = httpx2.AsyncClient(
        headers=headers,
        follow_redirects=False,
        trust_env=False,
        timeout=httpx2.Timeout(timeout_seconds, connect=min(CONNECT_SECONDS, timeout_seconds)),
        limits=httpx2.Limits(keepalive_expiry=KEEP_ALIVE_SECONDS),
    )
    async with client:
        yield ClayWebhook(client, urls, timeout_seconds=timeout_seconds)


class _Departure:
    """When the request left: connecting may have taken a while, and the pace must not forget it."""

    def __init__(self) -> None:
        self.at = time.monotonic()
        self.has_begun = False

    async def note(self, event: str, _details: object) -> None:
        if event.endswith("send_request_headers.started"):
            self.at = time.monotonic()
            self.has_begun = True


def _others_only(_record: logging.LogRecord) -> bool:
    return not _is_posting.get()


async def _drain(response: httpx2.Response) -> None:
    """Read a short body away so that the connection can be used again; the status is known."""
    size = 0
    with suppress(httpx2.TransportError, TimeoutError):
        async with asyncio.timeout(1):
            async for chunk in response.aiter_raw():
                size += len(chunk)
                if size > MAX_DRAINED_BYTES:
                    break
    with suppress(httpx2.TransportError):
        await response.aclose()
