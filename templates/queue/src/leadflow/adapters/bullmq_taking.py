"""Jobs taken out of the queue, one at a time for all the free places of a worker.

First there must be a job, then the gate must let a call go, and only then is the job taken: a
closed gate leaves every job where it is, with all its attempts. A leave for which no job came is
given back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from redis.exceptions import RedisError

from leadflow.adapters.bullmq_signs import QueueSigns
from leadflow.adapters.waiting import happens, unless
from leadflow.domain.gate import CallEnd, Leave, Refusal
from leadflow.use_cases.handle_job import JobObserver
from leadflow.use_cases.send_job import Gate

__all__ = ["Taking"]

LOOK_SECONDS = 0.5  # where nothing tells when to look again


class Taking:
    """Who takes jobs, until it is halted."""

    def __init__(
        self,
        gate: Gate,
        signs: QueueSigns,
        observer: JobObserver,
        *,
        leaves: dict[str, Leave],  # by the token of the job that was taken with it
    ) -> None:
        self._gate, self._signs, self._observer, self._leaves = gate, signs, observer, leaves
        self._one_at_a_time = asyncio.Lock()  # five would ask the gate for the same job
        self._in_hand: set[str] = set()  # by token; those being taken included
        self._alone = ""  # the one beside which no other job is taken
        self._put_down = asyncio.Event()
        self.halted, self.is_idle = asyncio.Event(), asyncio.Event()

    def halt(self) -> None:
        """Take nothing more."""
        self.halted.set()
        self._tell_idle()

    async def next(self, token: str, take: Callable[[str], Awaitable[Any]]) -> Any:
        """Wait for a job; None once it is halted."""
        async with self._one_at_a_time:
            while not self.halted.is_set():
                try:
                    job = await self._next(token, take)
                except (RedisError, OSError) as fault:
                    await self.bear(fault)
                    continue
                if job is not None:
                    return job
        return None

    async def be_alone(self, token: str) -> None:
        """Wait until no other job is in hand; none is taken before this one is put down."""
        self._alone = token
        while self._in_hand - {token}:
            self._put_down.clear()
            await self._put_down.wait()

    async def put_down(self, token: str) -> None:
        """The job is not in hand any more; a leave it made no use of is given back."""
        if leave := self._leaves.pop(token, None):
            await self._gate.report(leave, CallEnd.UNUSED)
        self._in_hand.discard(token)
        if self._alone == token:
            self._alone = ""
        self._put_down.set()
        self._tell_idle()

    async def bear(self, fault: Exception) -> None:
        self._observer.warns(f"Redis cannot be used now: {type(fault).__name__}")
        await happens(self.halted, within=LOOK_SECONDS)

    async def _next(self, token: str, take: Callable[[str], Awaitable[Any]]) -> Any:
        if self._alone:
            self._put_down.clear()
            return await unless(self.halted, self._put_down.wait())
        if wait := await self._signs.wait_seconds():
            return await unless(self.halted, self._signs.sign(wait))
        answer = await self._gate.ask()
        if isinstance(answer, Refusal):
            self._observer.refused(answer)
            await happens(self.halted, within=answer.wait_seconds)
            return None
        job = await self._take(token, answer, take)
        if job is None:  # another worker was quicker, or the queue holds its jobs back
            await unless(self.halted, self._signs.sign(LOOK_SECONDS))
        return job

    async def _take(self, token: str, leave: Leave, take: Callable[[str], Awaitable[Any]]) -> Any:
        self._leaves[token] = leave
        self._in_hand.add(token)
        self.is_idle.clear()
        job = None
        try:
            job = None if self.halted.is_set() else await take(token)
        finally:
            if job is None:
                await self.put_down(token)
        return job

    def _tell_idle(self) -> None:
        if not self._in_hand:
            self.is_idle.set()
