"""Dead jobs out of the queue's failed set into the ledger, where people look for them.

The queue tells of a dead job only whoever watches at that moment, and in another process than the
one it died in: so the set itself is read, from its newest end. The jobs stay in it until they are
redriven or purged.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple, Protocol

from leadflow.domain.dead_job import FailedJob

__all__ = ["DeadJobs", "FailedSet", "Swept", "sweep_dead"]

PAGE = 100
OVERLAP_SECONDS = 60.0  # the clocks of two workers differ: what is read twice counts once


class FailedSet(Protocol):
    """The jobs that the queue gave up."""

    async def failed(self, start: int, end: int) -> Sequence[FailedJob]:
        """A page, the latest first."""

    async def remove(self, job_id: str) -> bool:
        """Forget a job; False while a worker has it."""


class DeadJobs(Protocol):
    """Where dead jobs are kept. Durable on return."""

    async def keep(self, failed: Sequence[FailedJob]) -> int:
        """Write them down; what is known already changes nothing. Return how many are news.

        A lead that waits for a dead job has failed: see domain/dead_job.py.
        """

    async def sent_among(self, lead_ids: Sequence[str]) -> Collection[str]:
        """Name those that Clay has accepted."""


class Swept(NamedTuple):
    """One sweep; the next begins where the newest of this one failed."""

    dead: int = 0
    settled: int = 0  # failed after Clay had taken their lead: nothing is left to do
    newest: float = 0.0


async def sweep_dead(queue: FailedSet, dead_jobs: DeadJobs, *, since: float = 0.0) -> Swept:
    """Write down what has failed since then."""
    start, dead, newest, settled = 0, 0, since, []
    while page := await queue.failed(start, start + PAGE - 1):
        fresh = [job for job in page if job.failed_at > since - OVERLAP_SECONDS]
        sent = await dead_jobs.sent_among([job.job_id for job in fresh])
        settled += [job.job_id for job in fresh if job.job_id in sent]
        dead += await dead_jobs.keep([job for job in fresh if job.job_id not in sent])
        newest = max(newest, *(job.failed_at for job in page))
        if len(fresh) < len(page):
            break
        start += PAGE
    for job_id in settled:  # in the end: taking one out moves all behind it
        await queue.remove(job_id)
    return Swept(dead, len(settled), newest)
