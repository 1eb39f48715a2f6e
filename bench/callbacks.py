"""The durable callback against named peers, on growing load and rows, and on a slow disk.

callbacks.py                       all of it
callbacks.py peers slow_disk       some of it
callbacks.py --rounds 5 rows       with more rounds
"""

from __future__ import annotations

import argparse
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from callback_rounds import Load, Samples, above, below, compare, show
from callback_targets import (
    Target,
    node_peer,
    ours,
    ours_otherwise,
    preload_slow_disk,
    prepare,
    python_peer,
    running_redis,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

OURS, UNSTORED, ONE_BY_ONE = "leadflow serve", "the same, storing nothing", "one commit per row"
EXPRESS, FASTIFY = "Express + BullMQ add", "Fastify + BullMQ add"
SQLITE, FASTAPI = "Fastify + better-sqlite3, grouped", "FastAPI BackgroundTasks"
GOALS = {EXPRESS: 2.2, FASTIFY: 1.3, FASTAPI: 5.0, UNSTORED: 0.4}
AIM = 0.9  # of the strongest peer
CALLBACKS, FEW, MANY = 200_000, 10_000, 1_000_000
GROWTH = (1, 4, 16, 64, 256)
ROWS_GOAL, SLOW_DISK_GOAL, SLOWEST_AT_50_MS = 0.8, 20.0, 50.0
numbers = count()


@dataclass(frozen=True, slots=True)
class Place:
    """Where it is measured, and how often."""

    folder: Path
    rounds: int

    def compare(
        self, targets: Mapping[str, Target], loads: Load | Mapping[str, Load]
    ) -> dict[str, Samples]:
        stands = self.folder / f"stands-{next(numbers)}"
        bodies = self.folder / "bodies.jsonl"
        if not bodies.exists():
            prepare("--bodies", bodies, callbacks=CALLBACKS)
        return compare(targets, loads, rounds=self.rounds, bodies=bodies, folder=stands)

    def ledger(self, stored: int = FEW) -> Path:
        """Make a ledger with so many stored callbacks, once."""
        path = self.folder / f"{stored}.sqlite"
        if not path.exists():
            prepare("--ledger", path, "--stored", stored, callbacks=CALLBACKS)
        return path

    @contextmanager
    def redis(self) -> Iterator[dict[str, str]]:
        with running_redis(self.folder / f"redis-{next(numbers)}") as environ:
            yield environ


def peers(place: Place) -> None:
    """The rate at 64 connections, each asking again as soon as it is answered."""
    with place.redis() as redis:
        targets = {
            OURS: ours(place.ledger()),
            UNSTORED: ours_otherwise("unstored", place.ledger()),
            EXPRESS: node_peer("express_bullmq", redis),
            FASTIFY: node_peer("fastify_bullmq", redis),
            SQLITE: node_peer("fastify_sqlite"),
            FASTAPI: python_peer("fastapi_background"),
        }
        samples = place.compare(targets, Load())
    show("Durable callbacks at 64 connections, closed loop", samples)
    for name, goal in GOALS.items():
        above(f"against {name}", samples[OURS].rate / samples[name].rate, goal=goal)
    ratio = samples[OURS].rate / samples[SQLITE].rate
    above(f"against {SQLITE}", ratio, goal=AIM, is_aim=True)


def latency(place: Place) -> None:
    """How long a callback waits for its answer when they come at a rate."""
    with place.redis() as redis:
        targets = {
            OURS: ours(place.ledger()),
            EXPRESS: node_peer("express_bullmq", redis),
            FASTIFY: node_peer("fastify_bullmq", redis),
        }
        samples = place.compare(targets, Load(seconds=4, rate=1_000))
    show("Latency at 1,000/s offered, at random moments", samples)
    below(f"p99, against {FASTIFY}", samples[OURS].p99_ms, bound=samples[FASTIFY].p99_ms)
    samples = place.compare({OURS: ours(place.ledger())}, Load(seconds=8, rate=50))
    show("Latency at 50/s offered, at random moments", samples)
    below("p99", samples[OURS].p99_ms, bound=SLOWEST_AT_50_MS)


def connections(place: Place) -> None:
    """The rate from 1 connection to 256."""
    loads = {f"{number} connections": Load(connections=number) for number in GROWTH}
    targets = {name: ours(place.ledger()) for name in loads}
    show("Growth from 1 to 256 connections, closed loop", place.compare(targets, loads))


def rows(place: Place) -> None:
    """The rate when much is stored already."""
    few, many = f"{FEW:,} stored", f"{MANY:,} stored"
    targets = {few: ours(place.ledger(FEW)), many: ours(place.ledger(MANY))}
    samples = place.compare(targets, Load())
    show("Growth with stored rows, 64 connections, closed loop", samples)
    above(f"{many}, against {few}", samples[many].rate / samples[few].rate, goal=ROWS_GOAL)


def slow_disk(place: Place) -> None:
    """The rate on a disk whose flush takes 5 ms longer."""
    slowness = preload_slow_disk(place.folder)
    targets = {
        OURS: ours(place.ledger(), slowness),
        ONE_BY_ONE: ours_otherwise("one-commit-per-row", place.ledger(), slowness),
    }
    samples = place.compare(targets, Load())
    show("A disk whose flush takes 5 ms longer, 64 connections, closed loop", samples)
    ratio = samples[OURS].rate / samples[ONE_BY_ONE].rate
    above(f"against {ONE_BY_ONE}", ratio, goal=SLOW_DISK_GOAL)


SCENARIOS = {each.__name__: each for each in (peers, latency, connections, rows, slow_disk)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "scenarios", nargs="*", default=[*SCENARIOS], help=f"of {', '.join(SCENARIOS)}; none: all"
    )
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    if unknown := set(given.scenarios) - SCENARIOS.keys():
        parser.error(f"no such scenario: {', '.join(sorted(unknown))}")
    with tempfile.TemporaryDirectory() as folder:
        for name in given.scenarios:
            SCENARIOS[name](Place(Path(folder), given.rounds))


if __name__ == "__main__":
    main()
