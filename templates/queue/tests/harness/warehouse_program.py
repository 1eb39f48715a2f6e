"""Deliver one lead to the warehouse in a folder, and die before that is stored anywhere."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from harness.deliveries import MemoryQueue, made_up
from harness.warehouses import warehouse_in
from leadflow.domain.delivery import Settled
from leadflow.domain.retry import RetryPolicy
from leadflow.use_cases.deliver import Destination, Terms, deliver


class DyingQueue(MemoryQueue):
    async def settle(self, settled: Sequence[Settled], *, now: float) -> None:
        print(settled[0].state, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)


async def main(folder: Path) -> None:
    policy = RetryPolicy(base_seconds=1, cap_seconds=1, max_retry_after_seconds=1, max_attempts=3)
    await deliver(
        [made_up(1)],
        destination=Destination(
            "warehouse", warehouse_in(folder), is_enrolment=False, concurrency=1
        ),
        deliveries=DyingQueue(),
        terms=Terms(policy, time.time, lambda: 0.0),
        lease_until=time.time() + 60,
    )


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
