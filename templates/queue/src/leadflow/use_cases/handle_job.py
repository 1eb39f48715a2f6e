"""Whatever lies in the queue, handled: a job of ours is sent, a foreign one first taken in.

    ours        send_job
    foreign     its lead is stored, with a job of ours in the outbox; the person leaves the queue
    neither     dead; what it held leaves the queue

A foreign job that has the very id its lead's job would have becomes that job.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from leadflow.domain.errors import LeadRejected, LedgerError
from leadflow.domain.gate import CallEnd, Leave, Refusal
from leadflow.domain.job import Job
from leadflow.domain.job_end import Ended, JobEnd
from leadflow.domain.job_reading import job_data, read_job
from leadflow.domain.source import Source
from leadflow.use_cases.deliver import is_passing
from leadflow.use_cases.send_job import JobLedger, SendJobTerms, send_job

__all__ = ["Adopt", "HandleJob", "HeldJob", "JobObserver", "RetryQuota"]


class HeldJob(Protocol):
    """A job that this worker has taken."""

    @property
    def job_id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def data(self) -> Any: ...
    async def confirm(self) -> None:
        """Raise LedgerBusy when another worker has the job, or may have it."""

    async def replace_data(self, data: Mapping[str, object]) -> None:
        """Put this in place of what the job held; LedgerBusy when the queue does not take it."""


class JobObserver(Protocol):
    """Who watches a worker. Nothing personal is told."""

    def ended(self, ended: Ended, *, seconds: float) -> None:
        """One turn of a job has ended."""

    def refused(self, refusal: Refusal) -> None:
        """A job waits, and the gate said no."""

    def warns(self, sentence: str) -> None:
        """Something deserves a look; the worker goes on."""


class RetryQuota(Protocol):
    """How many retries all workers together may still add to what fails."""

    async def spend(self) -> bool:
        """Take one out; False when there is none left."""

    async def on_success(self) -> None:
        """Give a part of one back."""


class Adopt(Protocol):
    """The way in for leads of other programs."""

    async def __call__(self, fields: Mapping[str, str], source: Source) -> str:
        """Store the lead, with its job in the outbox when it is new; return its lead_id.

        LeadRejected when it is no lead, LedgerError when it is not stored.
        """


@dataclass(frozen=True, slots=True)
class HandleJob:
    """Does one turn of one job."""

    terms: SendJobTerms
    new_ledger: Callable[[], JobLedger]
    adopt: Adopt

    async def __call__(self, held: HeldJob, leave: Leave) -> Ended:
        """Do it. Raises what only a person mends: the job is to be handed back then."""
        try:
            job = await self._own(held)
        except LedgerError as fault:
            await self._no_call(leave)
            if not is_passing(fault):
                raise
            return Ended(JobEnd.HANDED_BACK, str(fault))
        if isinstance(job, Job):
            return await self._send(job, held, leave)
        await self._no_call(leave)
        return job

    async def _own(self, held: HeldJob) -> Job | Ended:
        """Find out which job of ours it is, or how it ends without one."""
        try:
            job = read_job(held.name, held.data)
            if isinstance(job, Job):
                return job
            lead_id = await self.adopt(job.fields, job.source)
        except LeadRejected as rejection:
            await held.replace_data({"refused": str(rejection)})
            return Ended(JobEnd.DEAD, str(rejection))
        own = Job(lead_id, job.source)
        await held.replace_data(job_data(own))
        return own if held.job_id == lead_id else Ended(JobEnd.REPLACED)

    async def _send(self, job: Job, held: HeldJob, leave: Leave) -> Ended:
        confirm: Callable[[], Awaitable[None]] = held.confirm
        ledger = self.new_ledger()
        return await send_job(job, leave, ledger=ledger, terms=self.terms, confirm=confirm)

    async def _no_call(self, leave: Leave) -> None:
        await self.terms.gate.report(leave, CallEnd.UNUSED)
