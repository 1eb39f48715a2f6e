"""One turn of one job, start to finish: its lead is looked up, sent with the gate's leave, and the
gate told the end.

Rule 1: the gate hears of every leave exactly once, whatever happens; a call that was never made
leaves it unused.
Rule 2: what a job does may have been done before, by a worker that died or lost the job. So the
ledger decides, and each end is written only over the attempt that it belongs to.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Protocol

from leadflow.domain.errors import LedgerError, SettingsError
from leadflow.domain.gate import CallEnd, Leave, Refusal
from leadflow.domain.job import Job
from leadflow.domain.job_end import Ended, JobEnd, Step, call_end, job_end, step_for
from leadflow.domain.ledger import Event, State
from leadflow.domain.verdict import Verdict
from leadflow.use_cases.deliver import is_passing
from leadflow.use_cases.send_lead import Clay, Compose, Receipt, SendLedger, WaitingLead, send_lead

__all__ = ["Gate", "JobLedger", "SendJobTerms", "send_job"]

WORKER_GONE = "its worker ended before the answer"
CHECK_URL = (
    "Clay refused a webhook's URL or token; nothing is lost: check CLAY_WEBHOOK_URL and "
    "CLAY_WEBHOOK_TOKEN, then start the worker again"
)
ENDS = {
    Step.SKIP: Ended(JobEnd.DONE, "there is nothing to send"),
    Step.PARK: Ended(JobEnd.PARKED, "Clay may have it: a person decides, or its callback"),
    Step.GIVE_UP: Ended(JobEnd.DEAD, "the ledger has no such lead"),
}


class Gate(Protocol):
    """The one admission of all workers."""

    async def ask(self) -> Leave | Refusal:
        """May one call be made? What it may cost is reserved with the leave."""

    async def report(
        self, leave: Leave, end: CallEnd, *, retry_after_seconds: float | None = None
    ) -> None:
        """Say how the call ended; only the first word counts."""


class JobLedger(SendLedger, Protocol):
    """The ledger as one turn of one job sees it. LedgerBusy when another worker has the lead."""

    async def find(self, lead_id: str) -> WaitingLead | None:
        """The lead as it stands: `origin` is its state; it has no fields when they were emptied.

        What is resolved afterwards is the attempt seen here, or the one claimed since.
        """


@dataclass(frozen=True, slots=True)
class SendJobTerms:
    """What all jobs of a worker share."""

    clay: Clay
    gate: Gate
    compose: Compose
    repeats_unknown: bool  # ON_UNKNOWN=retry
    now: Callable[[], float] = time.time


async def send_job(
    job: Job,
    leave: Leave,
    *,
    ledger: JobLedger,
    terms: SendJobTerms,
    confirm: Callable[[], Awaitable[None]],
) -> Ended:
    """Do what is left to do. Raises what only a person mends; the job is to be handed back then.

    `confirm` is awaited before the request leaves: LedgerBusy when the job is not ours any more.
    """
    turn = _Turn(job, leave, ledger, terms, confirm)
    try:
        return await turn.run()
    except LedgerError as fault:
        if not is_passing(fault):
            raise
        return Ended(JobEnd.HANDED_BACK, str(fault))
    finally:
        await turn.tell_gate()


@dataclass(slots=True)
class _Turn:
    job: Job
    leave: Leave
    ledger: JobLedger
    terms: SendJobTerms
    confirm: Callable[[], Awaitable[None]]
    heard: list[Receipt] = field(default_factory=list)

    async def run(self) -> Ended:
        may_repeat = self.terms.repeats_unknown or self.job.may_repeat
        lead = await self.ledger.find(self.job.lead_id)
        if lead and lead.origin is State.SENDING:
            await self._lose(lead)
            lead = replace(lead, origin=State.UNKNOWN)
        step = step_for(
            lead.origin if lead else None,
            is_emptied=lead is not None and not lead.fields,
            may_repeat=may_repeat,
        )
        if lead is None or step is not Step.SEND:
            return ENDS[step]
        receipt = await self._send(lead)
        if receipt.verdict is Verdict.URL_OR_TOKEN_WRONG:
            raise SettingsError([CHECK_URL])
        end = job_end(receipt.verdict, may_repeat=may_repeat)
        return Ended(end, receipt.reason, receipt.retry_after_seconds)

    async def tell_gate(self) -> None:
        receipt = self.heard[0] if self.heard else None
        await self.terms.gate.report(
            self.leave,
            call_end(receipt.verdict if receipt else None),
            retry_after_seconds=receipt.retry_after_seconds if receipt else None,
        )

    async def _lose(self, lead: WaitingLead) -> None:
        await self.ledger.resolve(
            lead, Event.LOST, webhook_id="", reason=WORKER_GONE, now=self.terms.now()
        )

    async def _send(self, lead: WaitingLead) -> Receipt:
        return await send_lead(
            lead,
            webhook_id=self.leave.webhook_id,
            clay=self.terms.clay,
            ledger=self.ledger,
            compose=self.terms.compose,
            now=self.terms.now,
            ready=self.confirm,
            heard=self.heard.append,
        )
