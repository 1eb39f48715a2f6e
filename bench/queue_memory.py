"""Resident memory of a worker that sends at its pace, while little or very much waits behind."""

from __future__ import annotations

import statistics
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from callback_targets import PEERS
from queue_world import QUEUE, World, world

if TYPE_CHECKING:
    import subprocess

__all__ = ["memory"]

FEW, MANY = 1_000, 1_000_000
LEADS = 900  # known to the ledger, and in front; what waits behind them is never reached
WARM_POSTS, LOOKS, LOOK_SECONDS = 40, 20, 0.25
WITHIN = 0.10
ADD = str(PEERS / "queue_add.py")


def memory(rounds: int, *, many: int = MANY) -> None:
    """Look at a worker with 1,000 and one with 1,000,000 jobs before it, in turn."""
    found: dict[int, list[float]] = {FEW: [], many: []}
    with ExitStack() as stack:
        worlds = {count: stack.enter_context(world(is_shared=False)) for count in found}
        for count, made in worlds.items():
            _fill(made, count)
        for _ in range(rounds):
            for count, made in worlds.items():
                found[count].append(_resident_mib(made))
        waiting = {count: made.valkey.depth(QUEUE)["wait"] for count, made in worlds.items()}
    print("\nResident memory of a worker that sends 5 a second", flush=True)
    medians = {count: statistics.median(each) for count, each in found.items()}
    for count, each in found.items():
        spread = f"{min(each):.1f}-{max(each):.1f}"
        left = f"{waiting[count]:,} left at the end"
        print(f"  {f'{count:,} jobs waiting':<34} {medians[count]:.1f} MiB ({spread}), {left}")
    ratio = medians[many] / medians[FEW]
    kept = "kept" if abs(ratio - 1) <= WITHIN else "MISSED"
    print(f"  {many:,}, against {FEW:,}: {ratio:.3f}x   within {WITHIN:.0%}: {kept}", flush=True)


def _fill(made: World, count: int) -> None:
    """Leads first, by way of the outbox; then jobs of leads that nobody knows, in bulk."""
    made.enqueue(LEADS)
    worker = made.start()
    made.wait_for_posts(1)
    made.stop(worker)
    told = {"REDIS_PORT": str(made.valkey.port)}
    made.run([ADD, "fill", str(count - LEADS)], told)


def _resident_mib(made: World) -> float:
    """The median of five seconds, after the worker has sent for a while."""
    worker = made.start()
    made.wait_for_posts(made.posts() + WARM_POSTS)
    looks = []
    for _ in range(LOOKS):
        time.sleep(LOOK_SECONDS)
        looks.append(_now_mib(worker))
    made.stop(worker)
    return statistics.median(looks)


def _now_mib(worker: subprocess.Popen[bytes]) -> float:
    lines = Path(f"/proc/{worker.pid}/status").read_text().splitlines()
    line = next(line for line in lines if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024
