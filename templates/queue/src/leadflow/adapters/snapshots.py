"""How everything stands, put together from the ledger, the queue and the gate.

Each is asked by itself: what cannot be reached is left out, and said to be.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from leadflow.adapters.bullmq_queue import BullmqQueue
from leadflow.adapters.redis_gate_desk import RedisGateDesk
from leadflow.adapters.sql_snapshot import LedgerLines
from leadflow.domain.errors import LeadflowError
from leadflow.domain.gate_held import Held
from leadflow.domain.snapshot import QueueLine, Snapshot, gate_line

__all__ = ["SnapshotBooth"]

T = TypeVar("T")
PATIENCE_SECONDS = 2.0
OF_THE_LEDGER = ("outbox", "budget", "webhooks", "destinations")


@dataclass(frozen=True, slots=True)
class SnapshotBooth:
    """Looks, on request."""

    ledger: Callable[[float], Awaitable[LedgerLines]]
    queue: BullmqQueue
    desk: RedisGateDesk
    over: Callable[[Held], str]  # which cap the next call would go over, if any
    now: Callable[[], float] = time.time

    async def look(self) -> Snapshot:
        """Look once. What cannot be read now is None in it, and said in its troubles."""
        now, troubles = self.now(), list[str]()
        lines = await _or_trouble(self.ledger(now), "ledger", troubles)
        jobs = await _or_trouble(self._queue(now), "queue", troubles)
        held: Held | None = await _or_trouble(self.desk.held(), "gate", troubles)
        over = self.over(held) if held else ""
        gate = gate_line(held, mark=lines.mark if lines else "", over=over)
        snapshot = Snapshot(now, gate=gate, troubles=troubles)
        if jobs is not None:
            counts, oldest = jobs
            dead = lines.dead_jobs if lines else counts.get("failed", 0)
            snapshot = snapshot._replace(queue=QueueLine(counts, oldest, dead))
        if lines is not None:
            told = {name: getattr(lines, name) for name in OF_THE_LEDGER}
            snapshot = snapshot._replace(**told)
        return snapshot

    async def reach(self) -> None:
        """Raise QueueAway while nothing can be asked of Redis."""
        await self.desk.held()

    async def _queue(self, now: float) -> tuple[dict[str, int], float | None]:
        counts, since = await self.queue.counts(), await self.queue.oldest_waiting()
        return counts, None if since is None else max(0.0, now - since)


async def _or_trouble(question: Awaitable[T], name: str, troubles: list[str]) -> T | None:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await question
    except TimeoutError:
        troubles.append(f"{name}: no answer in time")
    except LeadflowError as fault:
        troubles.append(f"{name}: {fault}")
    return None
