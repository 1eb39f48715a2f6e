"""The seed's worker as it is written, ported line by line to BullMQ for Python.

work        one worker; with UNLIMITED set it has neither limiter nor breaker, to see the bare port
add COUNT   so many jobs
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from typing import Any

import httpx2
from bullmq import Queue, Worker  # type: ignore[import-untyped]

NAME, CREDITS, ROUND = "clay-enrichment", 6, 100
CONNECTION = {"host": "127.0.0.1", "port": int(os.environ["REDIS_PORT"])}
LIMITED = {"connection": CONNECTION, "limiter": {"max": 5, "duration": 1000}}
UNLIMITED = {"connection": CONNECTION, "concurrency": 5}


class CreditCircuitBreaker:
    """In the memory of each process."""

    def __init__(
        self, daily_limit: float, failure_threshold: int = 5, cooldown_minutes: float = 15
    ) -> None:
        self.daily_limit, self.failure_threshold = daily_limit, failure_threshold
        self.cooldown_seconds = cooldown_minutes * 60
        self.used, self.failures, self.open_until = 0.0, 0, 0.0

    def can_process(self, estimate: float) -> tuple[bool, str]:
        if time.time() < self.open_until:
            return False, f"Circuit OPEN. Cooldown until {self.open_until}"
        if self.used + estimate > self.daily_limit:
            return False, f"Daily credit limit reached: {self.used}/{self.daily_limit}"
        return True, ""

    def record_success(self, spent: float) -> None:
        self.used += spent
        self.failures = 0

    def record_failure(self) -> None:
        """Nobody calls it in the seed."""
        self.failures += 1
        if self.failures >= self.failure_threshold:
            self.open_until = time.time() + self.cooldown_seconds


async def work() -> None:
    is_limited = "UNLIMITED" not in os.environ
    breaker = CreditCircuitBreaker(500 if is_limited else float("inf"))
    async with httpx2.AsyncClient(trust_env=False, timeout=300) as client:

        async def process(job: Any, _token: str) -> None:
            is_allowed, reason = breaker.can_process(CREDITS)
            if not is_allowed:
                raise RuntimeError(reason)
            await client.post(os.environ["WEBHOOK_URL"], json=job.data)
            breaker.record_success(CREDITS)

        Worker(NAME, process, LIMITED if is_limited else UNLIMITED)
        await asyncio.Event().wait()


async def add(count: int) -> None:
    queue = Queue(NAME, {"connection": CONNECTION})
    for first in range(0, count, ROUND):
        numbers = range(first, min(first + ROUND, count))
        leads = [{"lead_id": f"lead-{n}", "email": f"ada{n}@company{n}.com"} for n in numbers]
        await queue.addBulk([{"name": "enrich", "data": lead, "opts": {}} for lead in leads])
    await queue.close()


if __name__ == "__main__":
    asyncio.run(add(int(sys.argv[2])) if sys.argv[1] == "add" else work())
