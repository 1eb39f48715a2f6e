"""Workers over one DuckDB file: everything arrives, one row a lead, in few loads."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

from harness.deliveries import MemoryQueue, made_up
from harness.warehouses import sql, warehouse_in
from harness.workspace import ROOT
from leadflow.domain.planned import Planned
from leadflow.domain.retry import RetryPolicy
from leadflow.entrypoints.worker import run_worker
from leadflow.entrypoints.worker_terms import SilentWorker, WorkerTerms
from leadflow.use_cases.deliver import Destination

PATIENT = RetryPolicy(base_seconds=0.05, cap_seconds=0.2, max_retry_after_seconds=5, max_attempts=3)
TERMS = WorkerTerms(policy=PATIENT, poll_seconds=0.02, recover_seconds=0.1)
COUNTS = "SELECT count(*), count(DISTINCT lead_id) FROM leads.enrichment"


def to_the_warehouse(_facts: object, _fields: object) -> list[Planned]:
    return [Planned("warehouse", is_enrolment=False)]


async def work(folder: Path, first: int, last: int) -> MemoryQueue:
    """Deliver these leads, as a worker does, until all are done."""
    queue, stop = MemoryQueue(), asyncio.Event()
    queue.add(*(made_up(number, destination="warehouse") for number in range(first, last + 1)))
    sink = warehouse_in(folder)
    destination = Destination("warehouse", sink, is_enrolment=False, concurrency=1)
    worker = asyncio.ensure_future(
        run_worker(
            queue,
            [destination],
            to_the_warehouse,
            stop=stop,
            wake=asyncio.Event(),
            terms=TERMS,
            observer=SilentWorker(),
            is_alone=False,
        )
    )
    async with asyncio.timeout(60):
        while set(queue.states("warehouse")) != {"delivered"} and not worker.done():
            queue.is_settled.clear()
            await queue.is_settled.wait()
    stop.set()
    await worker
    await sink.aclose()
    return queue


def test_a_worker_loads_three_hundred_leads_in_one_load(tmp_path: Path) -> None:
    queue = asyncio.run(work(tmp_path, 1, 300))

    assert queue.states("warehouse").count("delivered") == 300
    assert sql(tmp_path, COUNTS) == [(300, 300)]
    assert sql(tmp_path, "SELECT count(*) FROM leads._dlt_loads")[0][0] <= 2


def test_two_workers_take_turns_with_the_file_and_nothing_is_given_up(tmp_path: Path) -> None:
    """A worker that finds it taken waits, so nobody's attempts are used up."""
    processes = [
        subprocess.Popen(
            [sys.executable, __file__, str(tmp_path), str(first), str(first + 59)],
            env={**os.environ, "PYTHONPATH": f"{ROOT}/src:{ROOT}/tests"},
        )
        for first in (1, 61)
    ]
    codes = [process.wait(90) for process in processes]

    assert codes == [0, 0]
    assert sql(tmp_path, COUNTS) == [(120, 120)]


def main(folder: str, first: str, last: str) -> None:
    """Deliver ten leads at a time, so that the two meet often."""
    for start in range(int(first), int(last), 10):
        asyncio.run(work(Path(folder), start, start + 9))
        time.sleep(0.01)


if __name__ == "__main__":
    main(*sys.argv[1:])
