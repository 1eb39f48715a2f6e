"""Clay under load: many connections, and every callback again until it is answered 200."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import NamedTuple

from harness.server import until

__all__ = ["Callback", "Callers", "calling"]

PATH = "/api/clay/enriched"
AGAIN = frozenset({408, 413, 429, *range(500, 600)})  # what docs/clay-setup.md puts on the list
PAUSE_SECONDS = 0.05
ANSWER_SECONDS = 30
NO_ANSWER = 0
NEW = b'"duplicate":false'


class Callback(NamedTuple):
    """One row on its way back."""

    lead_id: str
    token: str
    body: bytes


@dataclass
class Callers:
    """What they were answered so far. `secret` may change while they call."""

    callbacks: deque[Callback]
    port: int
    secret: Callable[[], str]
    deadline: float
    every_seconds: float = 0.0  # how often each connection calls; 0: as often as it is answered
    answers: Counter[int] = field(default_factory=Counter)  # by status; 0: none came
    acknowledged: Counter[str] = field(default_factory=Counter)  # lead ids answered 200
    news: Counter[str] = field(default_factory=Counter)  # of these, "duplicate": false
    took_seconds: list[float] = field(default_factory=list)  # each answer of 200

    @property
    def count(self) -> int:
        return sum(self.acknowledged.values())

    @property
    def slowest_seconds(self) -> float:
        return max(self.took_seconds, default=0.0)

    @property
    def p99_seconds(self) -> float:
        return sorted(self.took_seconds)[len(self.took_seconds) * 99 // 100]

    async def run(self, connections: int) -> None:
        apart_seconds = self.every_seconds / connections
        await asyncio.gather(*(self._call(n * apart_seconds) for n in range(connections)))

    async def _call(self, wait_seconds: float) -> None:
        """One connection takes callbacks until none is left."""
        line, due = _Line(self.port), time.monotonic() + wait_seconds
        await asyncio.sleep(wait_seconds)
        with suppress(IndexError):
            while time.monotonic() < self.deadline:
                callback = self.callbacks.popleft()
                await self._until_answered(line, callback)
                due += self.every_seconds
                await asyncio.sleep(due - time.monotonic())
        line.close()

    async def _until_answered(self, line: _Line, callback: Callback) -> None:
        while time.monotonic() < self.deadline:
            started = time.monotonic()
            status, body = await line.post(callback.body, secret=self.secret())
            self.answers[status] += 1
            if status == 200:
                self.took_seconds.append(time.monotonic() - started)
                self.acknowledged[callback.lead_id] += 1
                self.news[callback.lead_id] += NEW in body.replace(b" ", b"")
                return
            if status not in AGAIN and status != NO_ANSWER:
                return
            await asyncio.sleep(PAUSE_SECONDS)


class _Line:
    """One connection, opened again when it broke."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, body: bytes, *, secret: str) -> tuple[int, bytes]:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await self._post(body, secret)
        except (OSError, EOFError, TimeoutError, ValueError):
            self.close()
            return NO_ANSWER, b""

    async def _post(self, body: bytes, secret: str) -> tuple[int, bytes]:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        head = (
            f"POST {PATH} HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {secret}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        writer.write(head.encode() + body)
        top = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        status = int(top.split()[1])
        _, named, rest = top.partition("content-length:")
        answer = await reader.readexactly(int(rest.split()[0]) if named else 0)
        if "connection: close" in top:
            self.close()
        return status, answer

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


@contextmanager
def calling(
    callbacks: Sequence[Callback],
    port: int,
    *,
    secret: Callable[[], str],
    connections: int = 64,
    every_seconds: float = 0.0,
    seconds: float = 120,
) -> Iterator[Callers]:
    """Call in the background; leaving waits until every callback has its answer."""
    deadline = time.monotonic() + seconds
    callers = Callers(deque(callbacks), port, secret, deadline, every_seconds)
    thread = threading.Thread(
        target=lambda: asyncio.run(callers.run(connections)), name="callers", daemon=True
    )
    thread.start()
    try:
        yield callers
        until(lambda: not thread.is_alive(), "all callbacks answered", seconds=seconds)
    finally:
        callers.deadline = 0.0
        thread.join(ANSWER_SECONDS)
