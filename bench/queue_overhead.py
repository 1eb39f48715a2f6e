"""What one job costs a worker in processor time, beside the bare BullMQ worker of the port."""

from __future__ import annotations

import os
import statistics
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from callback_targets import PEERS
from measure import PYTHON
from queue_world import CLAY, World, world

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["overhead"]

UNLIMITED = replace(CLAY, requests_per_second=None)
OURS, PACED = "leadflow work, no limit", "the same at 5 a second, idling included"
BARE = "BullMQ for Python, one POST a job"
UNLIMITED_WORK = (PYTHON, str(PEERS / "ours_unlimited.py"), "work")
SEED_WORKER = str(PEERS / "seed_worker.py")
WARM, MEASURED = 100, 1_000
WARM_AT_PACE, MEASURED_AT_PACE = 10, 100
SPARE = 20  # so that it is busy to the end
HIGHEST_MS = 5.0
TICK = os.sysconf("SC_CLK_TCK")


class Cost(NamedTuple):
    """Processor time for each job, and how fast they went."""

    milliseconds: float
    per_second: float


def overhead(rounds: int) -> None:
    """Spend processor time on jobs at a rate that nothing limits."""
    found: dict[str, list[Cost]] = {OURS: [], PACED: [], BARE: []}
    for _ in range(rounds):
        found[OURS].append(_ours())
        found[PACED].append(_at_pace())
        found[BARE].append(_bare())
    print("\nProcessor time of a worker for each job", flush=True)
    medians = {}
    for name, costs in found.items():
        each = [cost.milliseconds for cost in costs]
        medians[name] = statistics.median(each)
        rate = statistics.median(cost.per_second for cost in costs)
        spread = f"{min(each):.2f}-{max(each):.2f}"
        print(f"  {name:<40} {medians[name]:.2f} ms ({spread}) at {rate:.1f} jobs/s")
    kept = "kept" if medians[OURS] <= HIGHEST_MS else "MISSED"
    ratio = medians[OURS] / medians[BARE]
    print(
        f"  {ratio:.2f}x of the bare worker, no limit   at most {HIGHEST_MS:g} ms: {kept}",
        flush=True,
    )


def _ours() -> Cost:
    with world(UNLIMITED, is_shared=False) as made:
        made.enqueue(WARM + MEASURED + SPARE)
        return _measure(made, UNLIMITED_WORK, {"CALLS_PER_SECOND": "100000"})


def _at_pace() -> Cost:
    with world(is_shared=False) as made:
        made.enqueue(WARM_AT_PACE + MEASURED_AT_PACE + SPARE)
        made.start()
        return _between(made, WARM_AT_PACE, MEASURED_AT_PACE)


def _bare() -> Cost:
    with world(UNLIMITED, is_shared=False) as made:
        told = {
            "REDIS_PORT": str(made.valkey.port),
            "WEBHOOK_URL": made.clay.webhook_urls[0],
            "UNLIMITED": "yes",
        }
        made.run([SEED_WORKER, "add", str(WARM + MEASURED + SPARE)], told)
        return _measure(made, (PYTHON, SEED_WORKER, "work"), told)


def _measure(made: World, command: tuple[str, ...], environ: Mapping[str, str]) -> Cost:
    made.start(environ, command=command)
    return _between(made, WARM, MEASURED)


def _between(made: World, warm: int, measured: int) -> Cost:
    """Let the worker become warm, and read its clock before and after."""
    (worker,) = made.workers
    made.wait_for_posts(warm)
    jobs, used, at = made.posts(), _processor_seconds(worker.pid), time.monotonic()
    made.wait_for_posts(warm + measured)
    more, used_then, then = made.posts(), _processor_seconds(worker.pid), time.monotonic()
    made.wait_for_posts(warm + measured + SPARE)  # or it would be ended in the midst of a request
    return Cost((used_then - used) / (more - jobs) * 1_000, (more - jobs) / (then - at))


def _processor_seconds(pid: int) -> float:
    """What the process has used with all its threads, in its own code and in the system's."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK
