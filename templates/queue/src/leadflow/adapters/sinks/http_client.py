"""HTTP as every sink speaks it: a request with a deadline; no redirect, no proxy, no chatter.

It speaks through the connections of httpx2's own transport layer. The client and the pool above
them look at every connection for each request and build what nobody reads: at 32 in flight they
cost half of the rate.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar

import httpcore2
import httpx2

from leadflow.adapters.sinks.http_wire import HttpAnswer, read, to_request
from leadflow.domain.errors import AnswerLost, NotSent

__all__ = ["HttpClient", "open_http"]

CONNECT_SECONDS = 3.0
# Shorter than any server keeps an idle connection, so that none is reused while it closes.
KEEP_ALIVE_SECONDS = 2.0
# They write down URLs and headers, which hold secrets; other users of the library keep their log.
TALKATIVE = ("httpx2", "httpcore2.connection", "httpcore2.http11", "httpcore2.http2")
# What fails before the first byte of the request is on its way.
NEVER_LEFT = (
    httpcore2.ConnectError,
    httpcore2.ConnectTimeout,
    httpcore2.ConnectionNotAvailable,
    httpcore2.LocalProtocolError,
    httpcore2.UnsupportedProtocol,
)
CUT_OFF = (TimeoutError, httpcore2.NetworkError, httpcore2.ProtocolError)
_is_calling: ContextVar[bool] = ContextVar("is_calling", default=False)


class HttpClient:
    """Sends requests; every failure of the network becomes NotSent or AnswerLost."""

    def __init__(self, *, timeout_seconds: float) -> None:
        self._timeout_seconds = timeout_seconds
        # Name, connection and TLS together end well before the deadline: what is cut has left.
        connect = min(CONNECT_SECONDS, timeout_seconds / 3)
        self._extensions = {"timeout": {"connect": connect}}
        self._tls = httpx2.create_ssl_context(trust_env=False)
        self._idle: list[httpcore2.AsyncHTTPConnection] = []

    async def send(
        self, method: str, url: httpx2.URL, *, headers: httpx2.Headers, body: bytes
    ) -> HttpAnswer:
        request = to_request(method, url, headers, body)
        request.extensions.update(self._extensions)
        silence = _is_calling.set(True)
        connection = await self._connection(request.url.origin)
        response: httpcore2.Response | None = None
        try:
            async with asyncio.timeout(self._timeout_seconds):
                response = await connection.handle_async_request(request)
                answer, is_whole = await read(response)
        except NEVER_LEFT as fault:
            await connection.aclose()
            raise NotSent(f"could not be reached: {type(fault).__name__}") from fault
        except CUT_OFF as fault:
            answer, is_whole = HttpAnswer(response.status if response else 0), False
            if not answer.is_success:  # a yes is a yes, even where the words after it are lost
                await connection.aclose()
                raise AnswerLost(f"no answer: {type(fault).__name__}") from fault
        finally:
            _is_calling.reset(silence)
        if is_whole:
            self._idle.append(connection)
        else:
            await connection.aclose()
        return answer

    async def aclose(self) -> None:
        while self._idle:
            await self._idle.pop().aclose()

    async def _connection(self, origin: httpcore2.Origin) -> httpcore2.AsyncHTTPConnection:
        """Take the one used last, if it still stands, because it has been idle least."""
        while self._idle:
            connection = self._idle.pop()
            is_good = connection.is_available() and connection.can_handle_request(origin)
            if is_good and not connection.has_expired():
                return connection
            await connection.aclose()
        return httpcore2.AsyncHTTPConnection(
            origin, ssl_context=self._tls, keepalive_expiry=KEEP_ALIVE_SECONDS
        )


@asynccontextmanager
async def open_http(*, timeout_seconds: float) -> AsyncIterator[HttpClient]:
    """Open a client and close its connections at the end."""
    for name in TALKATIVE:
        logging.getLogger(name).addFilter(_others_only)  # adding it twice changes nothing
    client = HttpClient(timeout_seconds=timeout_seconds)
    try:
        yield client
    finally:
        await client.aclose()


def _others_only(_record: logging.LogRecord) -> bool:
    return not _is_calling.get()
