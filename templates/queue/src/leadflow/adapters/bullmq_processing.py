"""What BullMQ calls for each job it has taken: the turn is done, or cut short, and its end told.

A turn that is cut short, because its lock was lost or the worker ends, has its say in the ledger
and is then handed back. No cancellation gets out: it would end BullMQ's worker without a word.
"""

from __future__ import annotations

import asyncio
import logging
import math
import random
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis

from leadflow.adapters.bullmq_queue import PREFIX
from leadflow.adapters.bullmq_turn import BullmqJob, hand_back, raise_end
from leadflow.domain.errors import LeadflowError
from leadflow.domain.gate import Leave
from leadflow.domain.job_end import Ended, JobEnd
from leadflow.domain.retry import RetryPolicy
from leadflow.domain.source import QUEUE
from leadflow.use_cases.handle_job import HandleJob, JobObserver

__all__ = ["Processing", "WorkerRules"]

CUT_SHORT = Ended(JobEnd.HANDED_BACK, "cut short")
TO_THE_FAILED_SET = -1
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WorkerRules:
    """How many jobs at once, how soon a dead worker's are taken up, and when one is tried again."""

    policy: RetryPolicy
    concurrency: int = 5
    lock_milliseconds: int = 5_000
    stalled_milliseconds: int = 2_000
    most_stalls: int = 2  # the third death of its worker is the end of a job
    queue: str = QUEUE
    prefix: str = PREFIX
    jitter: Callable[[], float] = random.random

    def options(self, client: Redis) -> dict[str, Any]:
        return {
            "autorun": False,
            "connection": client,
            "prefix": self.prefix,
            "concurrency": self.concurrency,
            "lockDuration": self.lock_milliseconds,
            "stalledInterval": self.stalled_milliseconds,
            "maxStalledCount": self.most_stalls,
            "runRetryDelay": 500,
            "settings": {"backoffStrategy": self.backoff},
        }

    def backoff(self, attempts: int, _type: str, error: Exception, _job: Any) -> int:
        """Say in milliseconds when a job is tried again that has spent so many attempts."""
        retry_after = getattr(error, "retry_after_seconds", None)
        wait = self.policy.delay(attempts, jitter=self.jitter(), retry_after=retry_after)
        return TO_THE_FAILED_SET if wait is None else max(1, math.ceil(wait * 1_000))

    def hand_back_seconds(self) -> float:
        """A job that is handed back waits a little: the gate does the long waiting."""
        return self.policy.ceiling(1) * self.jitter()


class Processing:
    """The processor of a worker."""

    def __init__(self, handle: HandleJob, rules: WorkerRules, observer: JobObserver) -> None:
        self._handle, self._rules, self._observer = handle, rules, observer
        self.leaves: dict[str, Leave] = {}  # by the token of the job that was taken with it
        self.fault: asyncio.Future[Exception] = asyncio.get_running_loop().create_future()

    async def __call__(self, job: Any, token: str, signal: Any) -> str:
        started_at = time.monotonic()
        held = BullmqJob(job, token, lock_milliseconds=self._rules.lock_milliseconds)
        ended = await self._turn(held, self.leaves.pop(token), signal)
        self._observer.ended(ended, seconds=time.monotonic() - started_at)
        if ended.end is JobEnd.HANDED_BACK:
            await hand_back(job, token, wait_seconds=self._rules.hand_back_seconds())
        return raise_end(ended)

    async def _turn(self, held: BullmqJob, leave: Leave, signal: Any) -> Ended:
        try:
            return await _unless_aborted(self._handle(held, leave), signal)
        except asyncio.CancelledError:
            return CUT_SHORT
        except LeadflowError as fault:
            if not self.fault.done():
                self.fault.set_result(fault)
            return Ended(JobEnd.HANDED_BACK, str(fault))
        except Exception as defect:
            log.exception("a job failed: %s", held.job_id)
            return Ended(JobEnd.TRIED, f"a defect ({type(defect).__name__}): see the log")


async def _unless_aborted(turn: Coroutine[Any, Any, Ended], signal: Any) -> Ended:
    task = asyncio.ensure_future(turn)
    abort = asyncio.ensure_future(signal.wait())
    try:
        await asyncio.wait({task, abort}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        abort.cancel()
        if not task.done():
            task.cancel()
    return await task
