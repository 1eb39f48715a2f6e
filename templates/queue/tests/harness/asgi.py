"""An ASGI application called without a server: a request in, an answer out."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from typing import Any, NamedTuple

from starlette.types import ASGIApp, Message, Scope

__all__ = ["Heard", "ask", "request"]


class Heard(NamedTuple):
    """What an application answered."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def ask(app: ASGIApp, body: bytes = b"", **options: Any) -> Heard:
    """Ask once, on a loop of its own."""
    return asyncio.run(request(app, body, **options))


async def request(
    app: ASGIApp,
    body: bytes = b"",
    *,
    method: str = "POST",
    headers: Iterable[tuple[str, str]] = (),
    query: bytes = b"",
    peer: str = "203.0.113.9",
    pieces: int = 1,
) -> Heard:
    """Send a request; `pieces` is how many parts its body arrives in."""
    given = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers]
    scope: Scope = {
        "type": "http",
        "method": method,
        "path": "/",
        "query_string": query,
        "client": (peer, 1) if peer else None,
        "headers": given,
    }
    size = -(-len(body) // pieces)
    parts = [body[start : start + size] for start in range(0, len(body), size or 1)] or [b""]
    messages = [
        {"type": "http.request", "body": part, "more_body": number < len(parts) - 1}
        for number, part in enumerate(parts)
    ]
    answers: list[Message] = []

    async def receive() -> Message:
        return messages.pop(0)

    async def send(message: Message) -> None:
        answers.append(message)

    await app(scope, receive, send)
    start, rest = answers
    read = {name.decode(): value.decode("latin-1") for name, value in start["headers"]}
    return Heard(start["status"], read, rest["body"])
