"""Jobs into the queue: ours and the relay, against BullMQ's own addBulk, on Python and on Node."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
from typing import TYPE_CHECKING

from callback_rounds import above
from callback_targets import PEERS, install_node_modules
from queue_world import World, world

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["enqueue"]

JOBS = 20_000
OURS, RELAY = "BullmqQueue.add_many", "the relay, SQLite to queue"
PORT, NODE = "BullMQ for Python, addBulk", "BullMQ on Node, addBulk"
GOAL = 0.8
ADD = str(PEERS / "queue_add.py")


def enqueue(rounds: int) -> None:
    """Put 20,000 jobs into an empty queue, each way in turn, after one round for nothing."""
    install_node_modules()
    found: dict[str, list[float]] = {name: [] for name in WAYS}
    with world(is_shared=False) as made:
        for number in range(rounds + 1):
            for name, way in WAYS.items():
                made.valkey.does("FLUSHALL")
                rate = way(made)
                if number:
                    found[name].append(rate)
    print(f"\n{JOBS:,} jobs into the queue, by 1,000, every command flushed", flush=True)
    medians = {name: statistics.median(rates) for name, rates in found.items()}
    for name, rates in found.items():
        print(f"  {name:<34} {medians[name]:8,.0f}/s ({min(rates):,.0f}-{max(rates):,.0f})")
    above(f"{OURS}, against {PORT}", medians[OURS] / medians[PORT], goal=GOAL)
    for name, against in ((OURS, NODE), (RELAY, PORT)):
        print(f"  {name + ', against ' + against:<62} {medians[name] / medians[against]:6.2f}x")


def _python(way: str) -> Callable[[World], float]:
    def run(made: World) -> float:
        told = {"REDIS_PORT": str(made.valkey.port)}
        return float(json.loads(made.run([ADD, way, str(JOBS)], told)))

    return run


def _relay(made: World) -> float:
    """Every round has a ledger of its own: a lead is taken in once."""
    for file in made.folder.glob("leadflow.sqlite*"):
        file.unlink()
    made.enqueue(JOBS)
    return _python("relay")(made)


def _node(made: World) -> float:
    command = ["node", str(PEERS / "queue_add.mjs"), str(JOBS)]
    environ = {"PATH": os.environ["PATH"], "REDIS_PORT": str(made.valkey.port)}
    done = subprocess.run(command, env=environ, check=True, stdout=subprocess.PIPE)
    return float(json.loads(done.stdout))


WAYS = {OURS: _python("ours"), PORT: _python("port"), NODE: _node, RELAY: _relay}
