"""What a person does to dead jobs: each command opens the queue and the ledger for itself."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import NamedTuple, Protocol, TypeVar

from leadflow.domain.dead_job import DeadJob, Redrive
from leadflow.domain.job import Job
from leadflow.entrypoints.patience import in_time
from leadflow.use_cases.redrive import Graveyard, JobsAgain, purge_jobs, redrive_job

__all__ = [
    "DeadDesk",
    "DeadJobsHere",
    "JobListing",
    "OpenDesk",
    "list_jobs",
    "purge_dead_jobs",
    "redrive_jobs",
    "show_job",
]

T = TypeVar("T")


class DeadJobsHere(Graveyard, Protocol):
    """Dead jobs as the ledger keeps them."""

    async def listing(
        self, *, name: str | None, reason: str | None, limit: int
    ) -> Sequence[DeadJob]:
        """The longest dead first."""

    async def count(self, *, name: str | None, reason: str | None) -> int:
        """How many there are."""

    async def show(self, lead_id: str) -> DeadJob | None:
        """Any that was ever dead."""


class DeadDesk(NamedTuple):
    """The queue, and the ledger beside it."""

    queue: JobsAgain
    jobs: DeadJobsHere


OpenDesk = Callable[[], AbstractAsyncContextManager[DeadDesk]]


class JobListing(NamedTuple):
    """Some of them, and how many there are in all."""

    jobs: Sequence[DeadJob]
    total: int


class _Patient(NamedTuple):
    """The queue, asked with patience for each answer: many jobs may take long, one may not."""

    queue: JobsAgain

    async def state(self, job_id: str) -> str:
        return await in_time(self.queue.state(job_id))

    async def add_many(self, jobs: Sequence[Job]) -> None:
        await in_time(self.queue.add_many(jobs))

    async def remove(self, job_id: str) -> bool:
        return await in_time(self.queue.remove(job_id))


def list_jobs(
    open_desk: OpenDesk, *, name: str | None, reason: str | None, limit: int
) -> JobListing:
    """Read them; nothing is changed."""

    async def read(desk: DeadDesk) -> JobListing:
        jobs = await desk.jobs.listing(name=name, reason=reason, limit=limit)
        return JobListing(jobs, await desk.jobs.count(name=name, reason=reason))

    return _with(open_desk, read)


def show_job(open_desk: OpenDesk, lead_id: str) -> DeadJob | None:
    return _with(open_desk, lambda desk: desk.jobs.show(lead_id))


def redrive_jobs(
    open_desk: OpenDesk, lead_ids: Sequence[str], *, may_repeat: bool
) -> dict[str, Redrive]:
    """Put each back that has something to send; say of each what became of it."""

    async def redrive(desk: DeadDesk) -> dict[str, Redrive]:
        return {
            lead_id: await redrive_job(
                lead_id, queue=desk.queue, graveyard=desk.jobs, may_repeat=may_repeat
            )
            for lead_id in dict.fromkeys(lead_ids)
        }

    return _with(open_desk, redrive)


def purge_dead_jobs(open_desk: OpenDesk, *, before: float) -> int:
    """Forget them in the queue; their leads stay in the ledger."""
    return _with(
        open_desk,
        lambda desk: purge_jobs(queue=desk.queue, graveyard=desk.jobs, before=before),
    )


def _with(open_desk: OpenDesk, work: Callable[[DeadDesk], Awaitable[T]]) -> T:
    async def run() -> T:
        async with open_desk() as desk:
            return await work(desk._replace(queue=_Patient(desk.queue)))

    return asyncio.run(run())
