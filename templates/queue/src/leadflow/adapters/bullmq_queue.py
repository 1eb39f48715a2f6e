"""The queue seen from outside: jobs go in, are counted, and come back from the dead.

BullMQ silently ignores a job whose id is still known, be it long done. So what has ended is kept
only as long as a repeated lead is worth ignoring, and a job that is asked for again takes the place
of the one that has ended.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any

from bullmq import Queue  # type: ignore[import-untyped]
from redis.asyncio import Redis
from redis.exceptions import RedisError

from leadflow.adapters.bullmq_rules import MOST_KEPT, PREFIX, job_options
from leadflow.domain.dead_job import FailedJob
from leadflow.domain.errors import QueueAway
from leadflow.domain.job import Job
from leadflow.domain.job_reading import job_data
from leadflow.domain.source import QUEUE

__all__ = ["BullmqQueue", "open_queue"]

COUNTED = ("waiting", "active", "delayed", "prioritized", "completed", "failed")
AWAY = "the queue takes nothing now ({why}); look at Redis: what was meant for it waits"


class BullmqQueue:
    """Puts jobs in, and looks at them. Whatever Redis does, what is raised is QueueAway."""

    def __init__(self, queue: Any, *, attempts: int, most_kept: int) -> None:
        self._queue, self._attempts, self._most_kept = queue, attempts, most_kept

    async def add_many(self, jobs: Sequence[Job]) -> None:
        with _translated():
            again = [job.lead_id for job in jobs if job.is_again]
            for lead_id in await self._ended(again):
                await self._queue.remove(lead_id)
            await self._queue.addBulk([self._entry(job) for job in jobs])

    async def counts(self) -> dict[str, int]:
        """How many jobs are in each state."""
        with _translated():
            return dict(await self._queue.getJobCounts(*COUNTED))

    async def oldest_waiting(self) -> float | None:
        """Since when the job has waited that is next, in seconds since 1970."""
        with _translated():
            jobs = await self._queue.getWaiting(0, 0)
            return jobs[0].timestamp / 1_000 if jobs else None

    async def failed(self, start: int, end: int) -> list[FailedJob]:
        """A page of the failed set, the latest first."""
        with _translated():
            return [_failed(job) for job in await self._queue.getFailed(start, end)]

    async def retry(self, job_id: str) -> bool:
        """Put a failed job back, with all its attempts; False when it is not in the failed set."""
        with _translated():
            job = await self._queue.getJob(job_id)
            if job is None:
                return False
            with suppress(TypeError):  # what BullMQ raises when the job is in another state
                await job.retry("failed", {"resetAttemptsMade": True})
                return True
            return False

    async def remove(self, job_id: str) -> bool:
        """Forget a job; False while a worker has it."""
        with _translated():
            return bool(await self._queue.remove(job_id))

    async def state(self, job_id: str) -> str:
        """Say where a job is: "waiting", "active", ... or "unknown"."""
        with _translated():
            return str(await self._queue.getJobState(job_id))

    async def _ended(self, job_ids: Sequence[str]) -> list[str]:
        if not job_ids:
            return []
        client, keys = self._queue.client, self._queue.keys
        done = await client.zmscore(keys["completed"], job_ids)
        dead = await client.zmscore(keys["failed"], job_ids)
        pairs = zip(job_ids, done, dead, strict=True)
        return [job_id for job_id, *scores in pairs if any(score is not None for score in scores)]

    def _entry(self, job: Job) -> dict[str, Any]:
        options = job_options(job.lead_id, attempts=self._attempts, most_kept=self._most_kept)
        return {"name": str(job.source), "data": job_data(job), "opts": options}


@asynccontextmanager
async def open_queue(
    client: Redis,
    *,
    attempts: int,
    most_kept: int = MOST_KEPT,
    name: str = QUEUE,
    prefix: str = PREFIX,
) -> AsyncIterator[BullmqQueue]:
    """Use the client, which stays open: others may use it, too."""
    queue = Queue(name, {"connection": client, "prefix": prefix})
    yield BullmqQueue(queue, attempts=attempts, most_kept=most_kept)


def _failed(job: Any) -> FailedJob:
    moments = (job.timestamp, job.finishedOn or job.timestamp)
    added_at, failed_at = (moment / 1_000 for moment in moments)
    reason = job.failedReason or "no reason was given"
    return FailedJob(str(job.id), str(job.name), reason, job.attemptsMade, added_at, failed_at)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (RedisError, OSError) as fault:
        raise QueueAway(AWAY.format(why=type(fault).__name__)) from fault
