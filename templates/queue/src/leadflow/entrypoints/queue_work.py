"""The queue's part of a working process: the relay, the worker, and the sweep for dead jobs.

A Redis that is not there yet is waited for: intake and deliveries go on meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from contextlib import AsyncExitStack
from dataclasses import dataclass

from leadflow.bootstrap import Rules
from leadflow.bootstrap_queue import Queueing, open_queueing
from leadflow.bootstrap_receiving import Receiving
from leadflow.domain.errors import LedgerError, QueueAway
from leadflow.entrypoints.dead_jobs_loop import keep_sweeping
from leadflow.entrypoints.delivery_loop import rest
from leadflow.entrypoints.intake_serving import relay_terms
from leadflow.entrypoints.intake_watch import IntakeMeters, RelayReporter
from leadflow.entrypoints.job_watch import JobMeters, JobReporter
from leadflow.entrypoints.relay_loop import run_relay
from leadflow.entrypoints.send_worker import run_send_worker
from leadflow.entrypoints.together import all_of
from leadflow.entrypoints.watches import Log
from leadflow.settings import Settings
from leadflow.use_cases.deliver import is_passing

__all__ = ["QueueWork"]

AWAY_SECONDS = 2.0
COMPARE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class QueueWork:
    """What it was told, and who watches it. `receiving` has the one writer of the process."""

    settings: Settings
    rules: Rules
    url: str
    receiving: Receiving
    relay_meters: IntakeMeters
    job_meters: JobMeters
    log: Log

    @property
    def _reporter(self) -> JobReporter:
        return JobReporter(self.job_meters, self.log)

    async def run(self, *, stop: asyncio.Event, wake: asyncio.Event) -> None:
        """Work until `stop`; `wake` says that something may be in the outbox."""
        async with AsyncExitStack() as stack:
            queueing = await self._open(stack, stop)
            if queueing is not None:
                await all_of(self._parts(queueing, stop, wake), stop)

    async def _open(self, stack: AsyncExitStack, stop: asyncio.Event) -> Queueing | None:
        """Connect, however long it takes; None when told to stop before."""
        reporter = JobReporter(self.job_meters, self.log)
        while not stop.is_set():
            opening = open_queueing(
                self.settings,
                self.rules,
                url=self.url,
                writer=self.receiving.writer,
                observer=reporter,
            )
            try:
                return await stack.enter_async_context(opening)
            except (LedgerError, QueueAway) as fault:
                if isinstance(fault, LedgerError) and not is_passing(fault):
                    raise
                self.log.write("warning", "queue", reason=str(fault))
            await rest(stop, seconds=AWAY_SECONDS)
        return None

    def _parts(
        self, queueing: Queueing, stop: asyncio.Event, wake: asyncio.Event
    ) -> list[Awaitable[None]]:
        relaying = run_relay(
            queueing.outbox,
            queueing.queue,
            stop=stop,
            wake=wake,
            terms=relay_terms(queueing.policy),
            observer=RelayReporter(self.relay_meters, self.log),
        )
        working = run_send_worker(queueing.worker, stop=stop)
        sweeping = keep_sweeping(
            queueing.queue, queueing.dead_jobs, stop=stop, observer=self._reporter
        )
        return [relaying, working, sweeping, self._keep_comparing(queueing, stop)]

    async def _keep_comparing(self, queueing: Queueing, stop: asyncio.Event) -> None:
        """Hold the gate's numbers against the ledger's: a Redis restored meanwhile is found out."""
        while not stop.is_set():
            await rest(stop, seconds=COMPARE_SECONDS)
            if not stop.is_set() and (refusal := await queueing.gate.compare()):
                self.log.write("warning", "gate", outcome=refusal.reason, reason=refusal.sentence)
