"""A dead job back into the queue, or forgotten; the ledger decides whether there is anything to do.

Redriving twice is redriving once: the second finds the job on its way, or its lead sent. The job
asks the gate like any other, so many of them keep the pace and the budget.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from leadflow.domain.dead_job import DeadJob, Redrive, redrive_for
from leadflow.domain.job import Job
from leadflow.domain.ledger import State
from leadflow.domain.source import Source

__all__ = ["Graveyard", "JobsAgain", "Known", "purge_jobs", "redrive_job"]

ON_ITS_WAY = frozenset({"waiting", "active", "delayed", "prioritized"})


class Known(NamedTuple):
    """What the ledger knows of a lead, so far as it matters here."""

    state: State
    source: Source
    is_emptied: bool


class JobsAgain(Protocol):
    """The queue, as far as redriving goes. QueueAway when it takes nothing now."""

    async def state(self, job_id: str) -> str:
        """Say where a job is."""

    async def add_many(self, jobs: Sequence[Job]) -> None:
        """Add them; one asked for again takes the place of one that has ended."""

    async def remove(self, job_id: str) -> bool:
        """Forget a job."""


class Graveyard(Protocol):
    """Dead jobs, and the leads they were for. Durable on return."""

    async def look(self, lead_id: str) -> Known | None:
        """What is known of the lead; None when there is no such lead."""

    async def mark(self, lead_ids: Sequence[str], state: str) -> None:
        """Note that they are redriven, or purged."""

    async def older(self, *, before: float, limit: int) -> Sequence[DeadJob]:
        """Dead since before then, the oldest first."""


async def redrive_job(
    lead_id: str, *, queue: JobsAgain, graveyard: Graveyard, may_repeat: bool = False
) -> Redrive:
    """Put its job back when there is something to send."""
    known = await graveyard.look(lead_id)
    decision = redrive_for(
        known.state if known else None,
        is_emptied=known is not None and known.is_emptied,
        may_repeat=may_repeat,
    )
    if known is None or decision is not Redrive.BACK:
        if decision is Redrive.SENT:
            await queue.remove(lead_id)
            await graveyard.mark([lead_id], "redriven")
        return decision
    if await queue.state(lead_id) in ON_ITS_WAY:
        decision = Redrive.ON_ITS_WAY
    else:
        await queue.add_many([Job(lead_id, known.source, is_again=True, may_repeat=may_repeat)])
    await graveyard.mark([lead_id], "redriven")  # after the add: a crash in between repeats it
    return decision


async def purge_jobs(
    *, queue: JobsAgain, graveyard: Graveyard, before: float, page: int = 200
) -> int:
    """Forget what has been dead since before then; the leads stay in the ledger as they are."""
    count = 0
    while found := await graveyard.older(before=before, limit=page):
        lead_ids = [job.lead_id for job in found]
        for lead_id in lead_ids:
            await queue.remove(lead_id)
        await graveyard.mark(lead_ids, "purged")
        count += len(lead_ids)
    return count
