"""Where a worker may die: a process kills, freezes or aborts itself at a point of a job's turn.

    FAIL_AT     run (which ends without a word), or one of POINTS
    FAIL_HOW    kill, stop (frozen until somebody lets it go on), abort
    FAIL_LEAD   only in the turn of this lead
    FAIL_MARK   a file: each death adds a line to it
    FAIL_TIMES  and so many lines are enough

Nothing of this is in the program that people run.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leadflow.adapters.bullmq_worker import GatedWorker
from leadflow.domain.gate import CallEnd, Leave, Refusal
from leadflow.domain.ledger import Event
from leadflow.domain.verdict import Reply
from leadflow.use_cases.send_job import Gate, JobLedger
from leadflow.use_cases.send_lead import Clay, WaitingLead

__all__ = ["POINTS", "FailingClay", "FailingGate", "FailingLedger", "Failpoints"]

POINTS = (
    "asked",
    "taken",
    "found",
    "claimed",
    "posting",
    "posted",
    "resolved",
    "reported",
    "completed",
)
WAYS: dict[str, Callable[[], None]] = {
    "kill": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "stop": lambda: os.kill(os.getpid(), signal.SIGSTOP),
    "abort": os.abort,
}


@dataclass(frozen=True)
class Failpoints:
    """At which point this process is to end, if it is."""

    at: str = ""
    how: str = "kill"
    lead_id: str = ""
    mark: Path | None = None
    times: int = 1

    @classmethod
    def from_environment(cls) -> Failpoints:
        environ = os.environ
        mark = environ.get("FAIL_MARK")
        return cls(
            environ.get("FAIL_AT", ""),
            environ.get("FAIL_HOW", "kill"),
            environ.get("FAIL_LEAD", ""),
            Path(mark) if mark else None,
            int(environ.get("FAIL_TIMES", "1")),
        )

    def reached(self, point: str, *, lead_id: str = "") -> None:
        if point != self.at or (self.lead_id and lead_id and lead_id != self.lead_id):
            return
        if self.mark is not None:
            deaths = self.mark.read_text().splitlines() if self.mark.exists() else []
            if len(deaths) >= self.times:
                return
            with self.mark.open("a") as file:
                file.write(f"{point} {lead_id}\n")
                file.flush()
        WAYS[self.how]()

    def around(self, worker: GatedWorker) -> GatedWorker:
        """Let the worker reach the points that only it knows of."""
        move, finish = worker.backend.moveToActive, worker.backend.moveToCompleted

        async def move_to_active(*arguments: Any, **options: Any) -> Any:
            taken = await move(*arguments, **options)
            if taken and taken[0]:
                self.reached("taken", lead_id=str(taken[1]))
            return taken

        async def move_to_completed(job: Any, *arguments: Any, **options: Any) -> Any:
            answer = await finish(job, *arguments, **options)
            self.reached("completed", lead_id=str(job.id))
            return answer

        async def end_soon() -> None:
            await asyncio.sleep(1)

        if self.at == "run":
            worker.run = end_soon
        if self.at:
            worker.backend.moveToActive = move_to_active
            worker.backend.moveToCompleted = move_to_completed
        return worker


@dataclass(frozen=True)
class FailingGate:
    gate: Gate
    points: Failpoints
    grants: list[float]  # when each call was allowed, by the server's clock

    async def ask(self) -> Leave | Refusal:
        answer = await self.gate.ask()
        if isinstance(answer, Leave):
            self.grants.append(answer.granted_at)
            self.points.reached("asked")
        return answer

    async def report(
        self, leave: Leave, end: CallEnd, *, retry_after_seconds: float | None = None
    ) -> None:
        await self.gate.report(leave, end, retry_after_seconds=retry_after_seconds)
        if end is not CallEnd.UNUSED:
            self.points.reached("reported")


@dataclass(frozen=True)
class FailingLedger:
    ledger: JobLedger
    points: Failpoints

    async def find(self, lead_id: str) -> WaitingLead | None:
        lead = await self.ledger.find(lead_id)
        self.points.reached("found", lead_id=lead_id)
        return lead

    async def claim(self, lead: WaitingLead, *, webhook_id: str, now: float) -> None:
        await self.ledger.claim(lead, webhook_id=webhook_id, now=now)
        self.points.reached("claimed", lead_id=lead.lead_id)

    async def resolve(
        self, lead: WaitingLead, event: Event, *, webhook_id: str, reason: str, now: float
    ) -> None:
        await self.ledger.resolve(lead, event, webhook_id=webhook_id, reason=reason, now=now)
        self.points.reached("resolved", lead_id=lead.lead_id)


@dataclass(frozen=True)
class FailingClay:
    clay: Clay
    points: Failpoints

    async def post(self, webhook_id: str, body: bytes) -> Reply:
        self.points.reached("posting")
        reply = await self.clay.post(webhook_id, body)
        self.points.reached("posted")
        return reply
