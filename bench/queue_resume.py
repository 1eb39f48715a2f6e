"""How soon a backlog moves again after Redis was killed and has come back."""

from __future__ import annotations

import statistics
import time
from typing import NamedTuple

from queue_world import World, world

__all__ = ["resume"]

WORKERS, BACKLOG, LEADS_A_ROUND, MOVING = 2, 10_000, 25, 10
AWAY_SECONDS = (1.0, 10.0)
LONGEST_SECONDS = 5.0


class Return(NamedTuple):
    """Seconds from the first answer of Redis to a lead at Clay."""

    first: float
    tenth: float


def resume(rounds: int) -> None:
    """Kill Redis, let it be away for a while, start it, and wait for the next leads at Clay."""
    found: dict[float, list[Return]] = {away: [] for away in AWAY_SECONDS}
    with world() as made:
        for _ in range(WORKERS):
            made.start()
        made.wait_for_workers()
        made.enqueue(BACKLOG)
        for _ in range(rounds):
            for away in AWAY_SECONDS:
                found[away].append(_once(made, away))
    print(f"\nRedis killed under {WORKERS} workers and {BACKLOG:,} jobs, from its first answer on")
    for away, returns in found.items():
        first, tenth = [each.first for each in returns], [each.tenth for each in returns]
        kept = "kept" if max(first) <= LONGEST_SECONDS else "MISSED"
        print(
            f"  {f'away for {away:g} s':<18} next lead at Clay after {_of(first)}, the tenth "
            f"after {_of(tenth)}   at most {LONGEST_SECONDS:g} s: {kept}",
            flush=True,
        )


def _of(seconds: list[float]) -> str:
    return f"{statistics.median(seconds):.2f} s ({min(seconds):.2f}-{max(seconds):.2f})"


def _once(made: World, away: float) -> Return:
    made.wait_for_posts(made.posts() + LEADS_A_ROUND)
    made.valkey.kill()
    time.sleep(away)
    sent = made.posts()
    made.valkey.start()
    back = time.monotonic()
    made.wait_for_posts(sent + MOVING)
    arrivals = made.arrivals()
    return Return(arrivals[sent] - back, arrivals[sent + MOVING - 1] - back)
