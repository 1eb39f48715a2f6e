"""The loop that writes dead jobs down, in each process that works the queue: twice does no harm."""

from __future__ import annotations

import asyncio

from leadflow.domain.errors import LedgerError, QueueAway
from leadflow.entrypoints.delivery_loop import rest
from leadflow.use_cases.deliver import is_passing
from leadflow.use_cases.handle_job import JobObserver
from leadflow.use_cases.sweep_dead import DeadJobs, FailedSet, sweep_dead

__all__ = ["keep_sweeping"]

EVERY_SECONDS = 15.0


async def keep_sweeping(
    queue: FailedSet,
    dead_jobs: DeadJobs,
    *,
    stop: asyncio.Event,
    observer: JobObserver,
    every_seconds: float = EVERY_SECONDS,
) -> None:
    """Sweep until told to stop; the first time the whole failed set, then what is new."""
    newest = 0.0
    while not stop.is_set():
        try:
            swept = await sweep_dead(queue, dead_jobs, since=newest)
        except (QueueAway, LedgerError) as fault:
            if isinstance(fault, LedgerError) and not is_passing(fault):
                raise
            observer.warns(f"dead jobs: {fault}")
        else:
            newest = swept.newest
            if swept.dead:
                observer.warns(f"{swept.dead:,} jobs are dead; `leadflow dead list` has them")
        await rest(stop, seconds=every_seconds)
