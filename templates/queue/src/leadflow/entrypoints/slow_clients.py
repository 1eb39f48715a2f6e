"""One connection of the server, with the patience that uvicorn lacks.

A request that is not whole within 10 seconds is answered 408 and its connection closed, whether
its head or its body is late; a head that never ends is cut at 64 KiB or 200 lines, and so is a
caller who sends many requests ahead of their answers. What follows a refusal (the rest of a body
that is too large) is read and thrown away, so that the caller hears the refusal.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

__all__ = ["BoundedConnection", "cut_late"]

REQUEST_SECONDS = 10.0
FIRST_BYTE_SECONDS = 10.0
MOST_HEAD_BYTES = 64 * 1024
MOST_HEADERS = 200  # each costs 30 times its bytes in memory
MOST_AHEAD = 16  # requests in one packet; uvicorn would take, and keep, thousands
MOST_BYTES = 16 * 1024 * 1024  # of one request, most of it thrown away
TOO_LATE = b"HTTP/1.1 408 Request Timeout\r\n"
NO_HTTP = b"HTTP/1.1 400 Bad Request\r\n"
HEAD_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
ANSWER, CONTINUE = b"HTTP/1.1 ", b"HTTP/1.1 1"
CLOSING = b"content-length: 0\r\nconnection: close\r\n\r\n"


class BoundedConnection(HttpToolsProtocol):
    """Knows since when it waits for the rest of a request."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._incomplete_since: float | None = None
        self._received = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(cast("asyncio.Transport", _OnePacket(transport)))
        connection = transport.get_extra_info("socket")
        if connection is not None and connection.family != getattr(socket, "AF_UNIX", None):
            # asyncio leaves it out for a listening socket that names no protocol.
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # uvicorn waits for ever for the first byte; its own timer ends with it.
        self.timeout_keep_alive_task = self.loop.call_later(
            FIRST_BYTE_SECONDS, self.timeout_keep_alive_handler
        )

    def data_received(self, data: bytes) -> None:
        if self._incomplete_since is None:
            self._incomplete_since, self._received = self.loop.time(), 0
        super().data_received(data)
        if self._incomplete_since is not None:
            self._bound(len(data))

    def on_headers_complete(self) -> None:
        if len(self.pipeline) >= MOST_AHEAD or self._has_too_many_headers:
            raise ValueError("more than any honest caller sends")  # the parser stops here
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's signature
        self._refuse(HEAD_TOO_LARGE if self._has_too_many_headers else NO_HTTP)

    def on_message_complete(self) -> None:
        self._incomplete_since = None
        super().on_message_complete()
        self.cycle.more_body = False  # also when the answer came first

    def on_response_complete(self) -> None:
        self.transport.write(b"")  # an answer to HEAD has no body that would send its head off
        super().on_response_complete()

    def cut_if_late(self, now: float) -> bool:
        """Close the connection when the rest of its request is overdue."""
        since = self._incomplete_since
        if since is None or now - since < REQUEST_SECONDS or self._owes_an_answer:
            return False
        self._refuse(TOO_LATE)
        return True

    @property
    def _is_in_body(self) -> bool:
        return self.cycle is not None and self.cycle.more_body

    @property
    def _owes_an_answer(self) -> bool:
        """An earlier request on this connection is at work: its answer goes first."""
        at_work = self.cycle is not None and not self.cycle.response_complete
        return bool(self.pipeline) or (at_work and not self.cycle.more_body)

    @property
    def _has_too_many_headers(self) -> bool:
        return len(self.headers or ()) > MOST_HEADERS

    def _bound(self, size: int) -> None:
        self._received += size
        most = MOST_BYTES if self._is_in_body else MOST_HEAD_BYTES
        if self._received > most or self._has_too_many_headers:
            self._refuse(HEAD_TOO_LARGE)

    def _refuse(self, status_line: bytes) -> None:
        if self.transport.is_closing():
            return
        has_answer = self._is_in_body and self.cycle.response_started
        if not has_answer and not self._owes_an_answer:
            self.transport.write(status_line + CLOSING)
        self.transport.close()


class _OnePacket:
    """The transport, except that the head of an answer waits for its body: one write, not two."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._head = b""
        self.is_closing = transport.is_closing  # every answer asks; __getattr__ is a detour

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        if not self._head and data.startswith(ANSWER) and not data.startswith(CONTINUE):
            self._head = data
            return
        head, self._head = self._head, b""
        self._transport.write(head + data)

    def close(self) -> None:
        self.write(b"")
        self._transport.close()


def cut_late(connections: Iterable[object], *, now: float) -> int:
    """Close every connection whose request is overdue; return how many."""
    found = [each for each in connections if isinstance(each, BoundedConnection)]
    return sum(each.cut_if_late(now) for each in found)
