"""Jobs from the outbox into the queue, in bulk.

Rule 1: a row leaves the outbox only after the queue has its job, so that a crash repeats a job and
loses none. The queue knows a job by its lead, so a repeated one changes nothing.
Rule 2: what is being handed over is leased, so that several relays share the work. A relay that is
gone lets go when its lease ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple, Protocol

from leadflow.domain.errors import LedgerError
from leadflow.domain.job import Job

__all__ = ["JobQueue", "Outbox", "Waiting", "relay"]


class Waiting(NamedTuple):
    """A job that is not in the queue yet."""

    outbox_id: int
    job: Job


class Outbox(Protocol):
    """Where jobs wait. Each method is durable when it returns, or raises LedgerError."""

    async def take(self, *, limit: int, now: float, lease_until: float) -> list[Waiting]:
        """Lease the longest waiting ones that no other relay has."""

    async def let_go(self, outbox_ids: Sequence[int]) -> None:
        """End their leases: the queue does not have them."""

    async def forget(self, outbox_ids: Sequence[int]) -> None:
        """Delete them: the queue has them."""


class JobQueue(Protocol):
    """Where jobs go."""

    async def add_many(self, jobs: Sequence[Job]) -> None:
        """Add them durably, or raise QueueAway, when some of them may have been added.

        A job that is there already stays as it is. One asked for again takes the place of a job of
        its lead that has ended.
        """


async def relay(
    outbox: Outbox, queue: JobQueue, *, limit: int, now: float, lease_seconds: float
) -> int:
    """Hand over as many as `limit`; return how many that were."""
    waiting = await outbox.take(limit=limit, now=now, lease_until=now + lease_seconds)
    if not waiting:
        return 0
    outbox_ids = [each.outbox_id for each in waiting]
    try:
        await queue.add_many([each.job for each in waiting])
    except BaseException:
        with suppress(LedgerError):  # then the lease ends by itself
            await outbox.let_go(outbox_ids)
        raise
    await outbox.forget(outbox_ids)
    return len(waiting)
