"""One connection, seen from inside: how answers leave, and what a fault of ours costs."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Any

import uvicorn
from starlette.responses import JSONResponse
from starlette.types import Message
from uvicorn.server import ServerState

from harness.tokens import RING, SECRETS, callback_body, head
from leadflow.domain.errors import LedgerError
from leadflow.domain.inbox import Acceptance, Arrival
from leadflow.entrypoints.slow_clients import BoundedConnection
from leadflow.entrypoints.webhook import CallbackEndpoint
from leadflow.use_cases.receive_callback import CallbackAnswer, CallbackRules

RULES = CallbackRules(SECRETS, RING, 131_072, 604_800, 300, 7)
REQUEST = b"GET / HTTP/1.1\r\nHost: test\r\n\r\n"


class Reader(asyncio.Protocol):
    """Remembers in how many pieces an answer came."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.has_come = asyncio.Event()

    def data_received(self, data: bytes) -> None:
        self.pieces.append(data)
        self.has_come.set()


class ScriptedInbox:
    """Does what the script says instead of storing."""

    def __init__(self, script: Callable[[], Any]) -> None:
        self._script = script

    async def accept(self, arrival: Arrival) -> Acceptance:
        await self._script()
        return Acceptance.NEW

    async def quarantine(self, body: bytes, *, reason: str, now: float) -> None:
        raise LedgerError("the disk is full")


class RecordingWatch:
    def __init__(self) -> None:
        self.outcomes: list[str] = []
        self.faults: list[str] = []

    def answered(self, answer: CallbackAnswer, *, seconds: float) -> None:
        self.outcomes.append(answer.outcome)

    def failed(self, fault: Exception) -> None:
        self.faults.append(type(fault).__name__)


async def call(endpoint: CallbackEndpoint, body: bytes) -> list[Message]:
    """Call the endpoint as uvicorn does; return what it sent."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    lines = head(len(body)).decode().split("\r\n")[1:-2]
    pairs = (line.split(": ", 1) for line in lines)
    headers = [(name.lower().encode(), value.encode()) for name, value in pairs]
    await endpoint({"type": "http", "headers": headers}, receive, send)
    return sent


def test_an_answer_leaves_at_once_and_in_one_piece() -> None:
    async def run() -> tuple[int, list[bytes]]:
        config = uvicorn.Config(JSONResponse({"ok": True}), lifespan="off", log_config=None)
        state, made = ServerState(), []

        def connection() -> BoundedConnection:
            made.append(BoundedConnection(config, state, {}))
            return made[-1]

        loop = asyncio.get_running_loop()
        # This socket names no protocol, for which asyncio would leave the option out.
        listener = socket.create_server(("127.0.0.1", 0))
        async with await loop.create_server(connection, sock=listener):
            transport, reader = await loop.create_connection(Reader, *listener.getsockname())
            transport.write(REQUEST)
            await reader.has_come.wait()
            inner = made[0].transport.get_extra_info("socket")
            is_at_once = inner.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            transport.close()
            return is_at_once, reader.pieces

    is_at_once, pieces = asyncio.run(run())

    assert is_at_once
    assert len(pieces) == 1
    assert pieces[0].endswith(b'\r\n\r\n{"ok":true}')


def test_a_defect_of_ours_is_answered_429_and_told_by_its_type() -> None:
    async def defect() -> None:
        raise ZeroDivisionError("ada1@acme-1.com")

    watch = RecordingWatch()
    endpoint = CallbackEndpoint(rules=RULES, inbox=ScriptedInbox(defect), watch=watch)

    start, body = asyncio.run(call(endpoint, callback_body()))

    assert (start["status"], body["body"]) == (429, b"")
    assert (b"retry-after", b"7") in start["headers"]
    assert (watch.outcomes, watch.faults) == (["defect"], ["ZeroDivisionError"])


def test_a_store_that_has_fallen_silent_is_answered_429_in_the_end() -> None:
    watch = RecordingWatch()

    async def run() -> list[Message]:
        silent = ScriptedInbox(asyncio.Event().wait)
        endpoint = CallbackEndpoint(rules=RULES, inbox=silent, watch=watch, store_seconds=15)
        waiting = asyncio.ensure_future(call(endpoint, callback_body()))
        await asyncio.sleep(0)
        now = asyncio.get_running_loop().time()
        endpoint.give_up_late(now + 14)
        await asyncio.sleep(0.01)  # a cancelled task would have ended by then
        assert not waiting.done()
        endpoint.give_up_late(now + 16)
        return await waiting

    start, _ = asyncio.run(run())

    assert start["status"] == 429
    assert (b"retry-after", b"7") in start["headers"]
    assert watch.outcomes == ["not_stored"]


def test_whoever_still_waits_when_the_server_ends_is_answered_429_and_not_500() -> None:
    watch = RecordingWatch()

    async def run() -> list[Message]:
        silent = ScriptedInbox(asyncio.Event().wait)
        endpoint = CallbackEndpoint(rules=RULES, inbox=silent, watch=watch)
        waiting = asyncio.ensure_future(call(endpoint, callback_body()))
        await asyncio.sleep(0)
        waiting.cancel()
        return await waiting

    start, _ = asyncio.run(run())

    assert start["status"] == 429
    assert watch.outcomes == ["not_stored"]


def test_more_callbacks_than_can_be_held_are_answered_429_at_once() -> None:
    watch = RecordingWatch()

    async def run() -> list[int]:
        release = asyncio.Event()
        endpoint = CallbackEndpoint(rules=RULES, inbox=ScriptedInbox(release.wait), watch=watch)
        body = callback_body()
        held = [asyncio.ensure_future(call(endpoint, body)) for _ in range(520)]
        await asyncio.wait(held, return_when=asyncio.FIRST_COMPLETED)
        early = sum(task.done() for task in held)
        release.set()
        answers = [start["status"] for start, _ in await asyncio.gather(*held)]
        return [early, answers.count(200), answers.count(429)]

    assert asyncio.run(run()) == [8, 512, 8]
    assert watch.outcomes.count("busy") == 8
