"""What BullMQ calls for each job it has taken: the turn is done, or cut short, and its end told.

A turn that is cut short, because its lock was lost or the worker ends, has its say in the ledger
and is then handed back. No cancellation gets out: it would end BullMQ's worker without a word.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Coroutine
from typing import Any

from leadflow.adapters.bullmq_rules import WorkerRules
from leadflow.adapters.bullmq_turn import BullmqJob, hand_back, raise_end
from leadflow.domain.errors import LeadflowError
from leadflow.domain.gate import Leave
from leadflow.domain.job_end import Ended, JobEnd, unless_too_many_fail
from leadflow.use_cases.handle_job import HandleJob, JobObserver, RetryQuota

__all__ = ["Processing"]

CUT_SHORT = Ended(JobEnd.HANDED_BACK, "cut short")
log = logging.getLogger(__name__)


class Processing:
    """The processor of a worker."""

    def __init__(
        self, handle: HandleJob, rules: WorkerRules, quota: RetryQuota, observer: JobObserver
    ) -> None:
        self._handle, self._rules, self._quota, self._observer = handle, rules, quota, observer
        self.leaves: dict[str, Leave] = {}  # by the token of the job that was taken with it
        self.fault: asyncio.Future[Exception] = asyncio.get_running_loop().create_future()

    async def __call__(self, job: Any, token: str, signal: Any) -> str:
        started_at = time.monotonic()
        held = BullmqJob(job, token, lock_milliseconds=self._rules.lock_milliseconds)
        ended = await self._turn(held, self.leaves.pop(token), signal)
        ended = await self._within_quota(job, ended)
        self._observer.ended(ended, seconds=time.monotonic() - started_at)
        if ended.end is JobEnd.HANDED_BACK:
            await hand_back(job, token, wait_seconds=self._rules.hand_back_seconds())
        return raise_end(ended)

    async def _within_quota(self, job: Any, ended: Ended) -> Ended:
        if ended.end is JobEnd.DONE:
            await self._quota.on_success()
        has_attempts = job.attemptsMade + 1 < job.opts.get("attempts", 0)
        is_retry = ended.end is JobEnd.TRIED and has_attempts
        may_retry = not is_retry or await self._quota.spend()
        return unless_too_many_fail(ended, has_attempts=has_attempts, may_retry=may_retry)

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
