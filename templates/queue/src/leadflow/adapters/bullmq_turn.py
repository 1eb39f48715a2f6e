"""One job of BullMQ's as the use case sees it, and the end of its turn as BullMQ wants to hear it.

    done, parked, replaced    the value that is returned
    handed back               moved to the delayed jobs, then DelayedError: no attempt is spent
    tried                     any other exception: an attempt is spent, and backoffStrategy asked
    dead                      UnrecoverableError

What is raised tells of nothing before it: BullMQ writes it into the queue.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from bullmq import UnrecoverableError  # type: ignore[import-untyped]
from bullmq.custom_errors import DelayedError  # type: ignore[import-untyped]
from redis.exceptions import RedisError

from leadflow.domain.errors import LedgerBusy
from leadflow.domain.job_end import Ended, JobEnd

__all__ = ["BullmqJob", "TriedError", "hand_back", "raise_end"]

NOT_OURS = "the job is in the hands of another worker"
NOT_REPLACED = "what the job holds could not be replaced, as Redis does not answer"
CANNOT_TELL = "nobody can tell whose the job is, as Redis does not answer"


class TriedError(Exception):
    """An attempt failed. The message goes into the queue, so it holds nothing personal."""

    def __init__(self, ended: Ended) -> None:
        super().__init__(ended.reason)
        self.retry_after_seconds = ended.retry_after_seconds


class BullmqJob:
    """A job that this worker has taken, under a lock that it must renew."""

    def __init__(self, job: Any, token: str, *, lock_milliseconds: int) -> None:
        self._job, self._token = job, token
        self._lock_milliseconds = lock_milliseconds

    @property
    def job_id(self) -> str:
        return str(self._job.id)

    @property
    def name(self) -> str:
        return str(self._job.name)

    @property
    def data(self) -> Any:
        return self._job.data

    async def confirm(self) -> None:
        arguments = (self.job_id, self._token, self._lock_milliseconds)
        try:
            is_ours = await self._job.backend.extendLock(*arguments)
        except (RedisError, OSError) as fault:
            raise LedgerBusy(CANNOT_TELL) from fault
        if not is_ours:
            raise LedgerBusy(NOT_OURS)

    async def replace_data(self, data: Mapping[str, object]) -> None:
        try:
            await self._job.updateData(dict(data))
        except (RedisError, OSError) as fault:
            raise LedgerBusy(NOT_REPLACED) from fault


async def hand_back(job: Any, token: str, *, wait_seconds: float) -> None:
    """Let it wait again, without having spent an attempt; always raises DelayedError.

    A job that is not ours any more stays where it is; and when Redis does not answer its lock runs
    out, which lets another worker take it up.
    """
    with suppress(TypeError, RedisError, OSError):  # TypeError: what BullMQ says of a lost lock
        await job.moveToDelayed(round((time.time() + wait_seconds) * 1_000), token)
    raise DelayedError


def raise_end(ended: Ended) -> str:
    """Say how the turn ended, unless it was handed back."""
    if ended.end is JobEnd.TRIED:
        raise TriedError(ended) from None
    if ended.end is JobEnd.DEAD:
        raise UnrecoverableError(ended.reason) from None
    return str(ended.end)
