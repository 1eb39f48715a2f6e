"""Jobs into the queue, in rounds of 1,000, one way; prints jobs a second.

port JOBS    BullMQ for Python, its own addBulk on its own connection
ours JOBS    BullmqQueue.add_many, as the relay calls it
relay JOBS   the relay: out of the outbox of leadflow.sqlite, into the queue, and forgotten there
fill JOBS    as port, in rounds of 5,000, behind whatever waits already
"""

from __future__ import annotations

import json
import os
import sys
import time
from functools import partial
from typing import TYPE_CHECKING, Any

import uvloop
from bullmq import Queue  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

PORT = int(os.environ["REDIS_PORT"])
URL, NAME, SOURCE = f"redis://127.0.0.1:{PORT}", "clay-enrichment", "csv-import"
ROUND, LARGE, ATTEMPTS = 1_000, 5_000, 5
# The port is measured without leadflow; and mypy sees Standard's, which has no queue.


def lead_id(number: int) -> str:
    return f"lead-{number:032x}"


def entry(number: int) -> dict[str, Any]:
    data = {"lead_id": lead_id(number), "source": SOURCE}
    return {"name": SOURCE, "data": data, "opts": {"jobId": lead_id(number), "attempts": ATTEMPTS}}


async def port(jobs: int, *, size: int = ROUND) -> float:
    queue = Queue(NAME, {"connection": {"host": "127.0.0.1", "port": PORT}})
    await queue.getJobCounts("waiting")  # the connection stands before the clock runs
    start = time.perf_counter()
    for first in range(0, jobs, size):
        await queue.addBulk([entry(n) for n in range(first, min(first + size, jobs))])
    taken = time.perf_counter() - start
    await queue.close()
    return taken


async def ours(jobs: int) -> float:
    from leadflow.adapters.bullmq_queue import open_queue  # type: ignore[import-not-found]
    from leadflow.adapters.redis_client import open_redis  # type: ignore[import-not-found]
    from leadflow.domain.job import Job  # type: ignore[import-not-found]
    from leadflow.domain.source import Source  # type: ignore[import-not-found]

    async with open_redis(URL) as client, open_queue(client, attempts=ATTEMPTS) as queue:
        await queue.counts()
        start = time.perf_counter()
        for first in range(0, jobs, ROUND):
            numbers = range(first, min(first + ROUND, jobs))
            await queue.add_many([Job(lead_id(n), Source(SOURCE)) for n in numbers])
        return time.perf_counter() - start


async def relayed(jobs: int) -> float:
    from leadflow.adapters.bullmq_queue import open_queue
    from leadflow.adapters.committed_reception import (  # type: ignore[import-not-found]
        CommittedOutbox,
    )
    from leadflow.adapters.group_commit import group_commit
    from leadflow.adapters.redis_client import open_redis
    from leadflow.bootstrap_store import open_store
    from leadflow.use_cases.relay import relay  # type: ignore[import-not-found]

    async with (
        group_commit(partial(open_store, os.environ["DATABASE_URL"])) as writer,
        open_redis(URL) as client,
        open_queue(client, attempts=ATTEMPTS) as queue,
    ):
        outbox, left = CommittedOutbox(writer), jobs
        await queue.counts()
        start = time.perf_counter()
        while left > 0:
            left -= await relay(outbox, queue, limit=ROUND, now=time.time(), lease_seconds=60)
        return time.perf_counter() - start


WAYS: dict[str, Callable[[int], Coroutine[Any, Any, float]]] = {
    "port": port,
    "ours": ours,
    "relay": relayed,
    "fill": partial(port, size=LARGE),
}


if __name__ == "__main__":
    count = int(sys.argv[2])
    print(json.dumps(count / uvloop.run(WAYS[sys.argv[1]](count))))
