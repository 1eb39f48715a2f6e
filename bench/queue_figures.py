"""The queue: rate, overhead, enqueueing, memory, coming back; and beside the seed's worker.

queue_figures.py                      all of it
queue_figures.py rate seed            some of it
queue_figures.py --rounds 5 enqueue   with more rounds
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from queue_enqueue import enqueue
from queue_memory import memory
from queue_overhead import overhead
from queue_rate import rate
from queue_resume import resume
from queue_seed import seed

if TYPE_CHECKING:
    from collections.abc import Callable

SCENARIOS: dict[str, Callable[[int], None]] = {
    "rate": rate,
    "overhead": overhead,
    "enqueue": enqueue,
    "memory": memory,
    "resume": resume,
    "seed": seed,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "scenarios", nargs="*", default=[*SCENARIOS], help=f"of {', '.join(SCENARIOS)}; none: all"
    )
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    if unknown := set(given.scenarios) - SCENARIOS.keys():
        parser.error(f"no such scenario: {', '.join(sorted(unknown))}")
    for name in given.scenarios:
        SCENARIOS[name](given.rounds)


if __name__ == "__main__":
    main()
