"""POST /api/clay/enriched, as bare ASGI: read a bounded body, hand it on, write the answer.

Nothing a caller sends can cost more than a bounded body, and no fault of ours costs a row: what was
not stored is answered 429, which Clay asks again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Protocol, cast

from starlette.types import Message, Receive, Scope, Send

from leadflow.entrypoints.http_terms import is_plain_json, is_unread, write_answer
from leadflow.use_cases.prove_callback import secret_slot
from leadflow.use_cases.receive_callback import (
    CallbackAnswer,
    CallbackRules,
    Inbox,
    receive_callback,
)

__all__ = ["CALLBACK_PATH", "CallbackEndpoint", "CallbackWatch"]

CALLBACK_PATH = "/api/clay/enriched"
STORE_SECONDS = 15.0  # a store that has fallen silent must not silence us; looked at each second
MOST_IN_HAND = 512  # callbacks at once, each with its body in memory


class CallbackWatch(Protocol):
    """Who counts and notes what became of callbacks."""

    def answered(self, answer: CallbackAnswer, *, seconds: float) -> None:
        """Note one answer."""

    def failed(self, fault: Exception) -> None:
        """Note a defect, by its type and place only: its text may name a person."""


class _Gone(Exception):  # noqa: N818 - the caller went away
    """There is nobody left to answer."""


class _NotTaken(Exception):  # noqa: N818 - an answer, not a fault
    """The request ends here, with this answer."""

    def __init__(self, answer: CallbackAnswer) -> None:
        super().__init__(answer.outcome)
        self.answer = answer


class CallbackEndpoint:
    """The ASGI application behind the callback URL."""

    def __init__(
        self,
        *,
        rules: CallbackRules,
        inbox: Inbox,
        watch: CallbackWatch,
        now: Callable[[], float] = time.time,
        store_seconds: float = STORE_SECONDS,
    ) -> None:
        self._rules, self._inbox, self._watch, self._now = rules, inbox, watch, now
        self._store_seconds = store_seconds
        self._in_hand = 0
        # Since when each waits for the store: a timer for each would cost more than all the rest.
        self._storing: dict[asyncio.Task[None], float] = {}
        self._written: dict[tuple[str, bool], tuple[Message, Message]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        headers = dict(scope["headers"])
        self._in_hand += 1
        try:
            answer = await self._answer(headers, receive)
        except _NotTaken as end:
            answer = end.answer
        except _Gone:
            return
        except asyncio.CancelledError:  # stored or not: ask again
            answer = self._again("not_stored", reason="TimeoutError")
        except Exception as fault:  # noqa: BLE001 - the last resort: the row is not stored
            self._watch.failed(fault)
            answer = self._again("defect")
        finally:
            self._in_hand -= 1
        self._watch.answered(answer, seconds=time.perf_counter() - started)
        for message in self._messages(answer, closes=is_unread(answer, headers)):
            await send(message)

    def give_up_late(self, now: float) -> None:
        """Answer those that have waited too long for the store; `now` by the loop's clock."""
        late = [task for task, since in self._storing.items() if now - since > self._store_seconds]
        for task in late:
            task.cancel()

    async def _answer(self, headers: Mapping[bytes, bytes], receive: Receive) -> CallbackAnswer:
        authorization = headers.get(b"authorization")
        self._check(headers, authorization)
        raw = await _read(receive, most=self._rules.max_body_bytes)
        task = cast("asyncio.Task[None]", asyncio.current_task())
        self._storing[task] = task.get_loop().time()
        try:
            return await receive_callback(
                raw,
                authorization=authorization,
                rules=self._rules,
                inbox=self._inbox,
                now=self._now(),
            )
        finally:
            del self._storing[task]

    def _check(self, headers: Mapping[bytes, bytes], authorization: bytes | None) -> None:
        """Refuse by the head alone, before any of the body is read."""
        if int(headers.get(b"content-length", b"0")) > self._rules.max_body_bytes:
            raise _NotTaken(CallbackAnswer(413, "too_large"))
        if secret_slot(authorization, self._rules.secrets) is None:
            raise _NotTaken(CallbackAnswer(401, "unauthorized"))
        if b"upgrade" in headers:  # the parser has thrown the body away
            raise _NotTaken(CallbackAnswer(400, "upgrade"))
        if not is_plain_json(headers):
            raise _NotTaken(CallbackAnswer(415, "wrong_type"))
        if self._in_hand > MOST_IN_HAND:
            raise _NotTaken(self._again("busy"))

    def _again(self, outcome: str, *, reason: str = "") -> CallbackAnswer:
        seconds = self._rules.retry_after_seconds
        return CallbackAnswer(429, outcome, retry_after_seconds=seconds, reason=reason)

    def _messages(self, answer: CallbackAnswer, *, closes: bool) -> tuple[Message, Message]:
        """Write an answer; there are few different ones, so each is written once."""
        key = (answer.outcome, closes)
        if key not in self._written:
            self._written[key] = write_answer(answer, closes=closes)
        return self._written[key]


async def _read(receive: Receive, *, most: int) -> bytes:
    message = await receive()
    body = _part(message)
    if not message.get("more_body"):
        return body
    parts, size = [body], len(body)
    while message.get("more_body"):
        if size > most:
            raise _NotTaken(CallbackAnswer(413, "too_large"))
        message = await receive()
        parts.append(_part(message))
        size += len(parts[-1])
    return b"".join(parts)


def _part(message: Message) -> bytes:
    if message["type"] != "http.request":
        raise _Gone
    body: bytes = message.get("body", b"")
    return body
