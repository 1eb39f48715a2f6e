"""Is there a job to take, and when will there be one?

BullMQ keeps a marker beside the queue: whoever blocks on it is woken by a new job, and by a delayed
one that is due. A marker is gone once somebody has it, so the queue itself is looked at first.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

__all__ = ["QueueSigns"]

LONGEST_WAIT_SECONDS = 5.0  # a marker may have gone to a worker that died with it
SHORTEST_WAIT_SECONDS = 0.001  # less than that would mean "for ever"
SCORES_PER_MS = 0x1000  # BullMQ keeps delayed jobs of one millisecond in order


class QueueSigns:
    """Looks without taking, so that nobody asks the gate for a job that is not there."""

    def __init__(self, backend: Any, *, now: Callable[[], float] = time.time) -> None:
        self._backend, self._now = backend, now

    async def wait_seconds(self) -> float:
        """0 when a job can be taken now; else how long to wait for a sign."""
        keys = self._backend.keys
        async with self._backend.conn.pipeline(transaction=False) as pipe:
            pipe.hexists(keys["meta"], "paused")
            pipe.llen(keys["wait"])
            pipe.zcard(keys["prioritized"])
            pipe.zrange(keys["delayed"], 0, 0, withscores=True)
            is_paused, waiting, prioritized, delayed = await pipe.execute()
        if is_paused:
            return LONGEST_WAIT_SECONDS
        if waiting or prioritized:
            return 0.0
        if not delayed:
            return LONGEST_WAIT_SECONDS
        due_at = delayed[0][1] // SCORES_PER_MS / 1_000
        return float(min(max(due_at - self._now(), 0.0), LONGEST_WAIT_SECONDS))

    async def sign(self, seconds: float) -> None:
        """Return when a job may be there, or after so long."""
        # Whole seconds would do for any Redis; fractions need 6.0 or newer, which is asked for.
        await self._backend.waitForJob(max(seconds, SHORTEST_WAIT_SECONDS))
