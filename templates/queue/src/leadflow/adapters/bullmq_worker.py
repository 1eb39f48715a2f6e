"""BullMQ's worker behind the gate, without the faults of the port that were found.

Who wants to know what happens is given an observer: BullMQ calls its own listeners in the middle of
its work, and one that raises undoes it. The tests name each fault that is cured here.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any
from uuid import uuid4

from bullmq import Worker  # type: ignore[import-untyped]
from redis.asyncio import Redis
from redis.exceptions import RedisError

from leadflow.adapters.bullmq_processing import Processing
from leadflow.adapters.bullmq_rules import WorkerRules
from leadflow.adapters.bullmq_signs import QueueSigns
from leadflow.adapters.bullmq_taking import Taking
from leadflow.adapters.guarded_observer import GuardedObserver
from leadflow.adapters.waiting import happens
from leadflow.use_cases.handle_job import HandleJob, JobObserver, RetryQuota
from leadflow.use_cases.send_job import Gate

__all__ = ["GatedWorker"]


class GatedWorker(Worker):  # type: ignore[misc] # BullMQ has no types
    """Give it a client of its own: it names its connections, and blocks on one of them."""

    def __init__(
        self,
        client: Redis,
        handle: HandleJob,
        *,
        gate: Gate,
        quota: RetryQuota,
        rules: WorkerRules,
        observer: JobObserver,
    ) -> None:
        self._observer = GuardedObserver(observer)
        self._processing = Processing(handle, rules, quota, self._observer)
        self._released = asyncio.Event()
        super().__init__(rules.queue, self._processing, rules.options(client))
        signs = QueueSigns(self.backend)
        self._taking = Taking(gate, signs, self._observer, leaves=self._processing.leaves)

    async def start(self) -> None:
        """Take jobs until `drain`. Whatever else ends it is a fault."""
        while not self._taking.halted.is_set():
            try:
                await self._greet()
            except (RedisError, OSError) as fault:
                await self._taking.bear(fault)
            else:
                await self.run()
                return

    async def fault(self) -> Exception:
        """Wait for what makes further work useless, until a person has mended it."""
        return await asyncio.shield(self._processing.fault)

    async def drain(self, *, seconds: float, grace_seconds: float = 3.0) -> None:
        """Take nothing more and finish what is in hand; cut short what takes longer."""
        self._taking.halt()
        if not await happens(self._taking.is_idle, within=seconds):
            self._observer.warns("jobs were still in hand and are cut short")
            self.cancelAllJobs("the worker ends")
            await happens(self._taking.is_idle, within=grace_seconds)
        self.closing = True  # only now: BullMQ stops renewing locks when it closes
        self._released.set()

    async def getNextJob(self, _token: str) -> Any:  # noqa: N802 - BullMQ's name
        token = f"{self.id}:{uuid4().hex}"  # BullMQ gives the same one to several jobs
        job = await self._taking.next(token, self.moveToActive)
        if job is None:
            await self._released.wait()  # BullMQ would ask again at once
        elif job.stalledCounter:  # a worker died of it, or beside it: nobody is to die with it now
            self.lockManager.track_job(job.id, token, round(time.time() * 1_000))
            await self._taking.be_alone(token)
        return job

    async def processJob(self, job: Any, token: str) -> None:  # noqa: N802 - BullMQ's name
        try:
            await super().processJob(job, token)
        finally:
            await self._taking.put_down(token)

    def emit(self, event_name: str, *args: Any, **_options: Any) -> None:
        """Hear what BullMQ tells. Nothing may raise here: it would undo what is done."""
        if event_name == "lockRenewalFailed":
            for job_id in args[0]:
                self._observer.warns(f"{job_id}: its lock was lost; what is left is cut short")
                self.cancelJob(job_id, "its lock was lost")
        elif event_name == "stalled":
            self._observer.warns(f"{args[0]}: its worker was gone; it waits again")
        elif event_name == "error":
            self._observer.warns(f"the queue: {type(args[0]).__name__}")

    async def _greet(self) -> None:
        """BullMQ rounds waits up to whole seconds unless it knows the version; and run() ends at
        once, for good, where there is no Redis yet.
        """
        await self.backend.connection.getRedisVersion()
        await self.backend.blocking_connection.getRedisVersion()
        await self._ensure_client_names()
