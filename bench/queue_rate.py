"""The shared rate: how evenly one worker, six, and six of which one always dies, use it up."""

from __future__ import annotations

import statistics
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from queue_grants import MICROSECONDS, most_in_a_second, watched_grants
from queue_world import NOTHING, World, world

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["rate"]

PER_SECOND = 5
RESTART_SECONDS = 10.0
LONGEST_SECONDS = 30.0  # for the first leads to arrive
WARM = 5  # leads that are not counted
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - where libfaketime keeps what it shares
SKEWS = ("-1h", "+1h", "-30m", "+30m", "-90s", "+0s")


class Plan(NamedTuple):
    """How many workers, whether they are disturbed, and the rate that is meant to be held."""

    workers: int
    is_disturbed: bool
    lowest: float


PLANS = {
    "1 worker": Plan(1, is_disturbed=False, lowest=4.95),
    "6 workers": Plan(6, is_disturbed=False, lowest=4.95),
    "6, one killed every 10 s, clocks apart": Plan(6, is_disturbed=True, lowest=4.8),
}


@dataclass(frozen=True, slots=True)
class Held:
    """One run: leads a second as Clay saw them, and the gate's busiest second."""

    rate: float
    granted: float
    busiest: int


def rate(rounds: int, *, seconds: float = 60.0) -> None:
    """Hold the rate for a minute."""
    found: dict[str, list[Held]] = {name: [] for name in PLANS}
    for _ in range(rounds):
        for name, plan in PLANS.items():
            found[name].append(_hold(plan, seconds))
    note = "" if _faketime() else "; libfaketime is not installed, so clocks are NOT apart"
    print(f"\nThe rate held over {seconds:g} s, 5 calls a second allowed{note}", flush=True)
    for name, runs in found.items():
        _show(name, runs, lowest=PLANS[name].lowest)


def _show(name: str, runs: list[Held], *, lowest: float) -> None:
    rates = [run.rate for run in runs]
    median, spread = statistics.median(rates), f"{min(rates):.3f}-{max(rates):.3f}"
    kept = "kept" if lowest <= median <= PER_SECOND else "MISSED"
    print(f"  {name:<40} {median:.3f}/s ({spread})   {lowest:g} to {PER_SECOND}: {kept}")
    busiest, granted = max(run.busiest for run in runs), statistics.median(r.granted for r in runs)
    kept = "kept" if busiest <= PER_SECOND else "MISSED"
    print(
        f"    granted {granted:.3f}/s, most in any second {busiest}   at most 5: {kept}", flush=True
    )


def _hold(plan: Plan, seconds: float) -> Held:
    with _tidied_clocks() as pids:
        return _held(plan, seconds, pids)


def _held(plan: Plan, seconds: float, pids: list[int]) -> Held:
    skews = SKEWS if plan.is_disturbed else ("",) * plan.workers
    with world() as made, watched_grants(made.valkey.port) as grants:
        pids += [made.start(_clock(skew)).pid for skew in skews[: plan.workers]]
        made.wait_for_workers()
        made.enqueue(int(seconds * PER_SECOND) + 100)
        made.wait_for_posts(WARM + 1, seconds=LONGEST_SECONDS)
        end = time.monotonic() + seconds
        if plan.is_disturbed:
            pids += _disturb(made, skews, end)
        time.sleep(max(0.0, end + 0.5 - time.monotonic()))
        starts, stamps = made.arrivals(), [stamp / MICROSECONDS for stamp in grants]
        busiest = most_in_a_second(sorted(grants))
    return Held(_mean(starts, seconds), _mean(stamps, seconds), busiest)


def _mean(moments: list[float], seconds: float) -> float:
    """How many a second, from when the workers have their connections on."""
    later = sorted(moments)[WARM:]
    within = [at for at in later if at < later[0] + seconds]
    return (len(within) - 1) / (within[-1] - within[0])


def _disturb(made: World, skews: tuple[str, ...], end: float) -> list[int]:
    """Kill one worker every ten seconds and start it again, the longest running one first."""
    pids: list[int] = []
    while (left := end - time.monotonic()) > 0:
        time.sleep(min(RESTART_SECONDS, left))
        if left > RESTART_SECONDS:
            made.kill(made.workers[0])
            pids.append(made.start(_clock(skews[len(pids) % len(skews)])).pid)
    return pids


def _clock(skew: str) -> Mapping[str, str]:
    """Give the variables that set a worker's clock; its monotonic clock runs as it does."""
    library = _faketime()
    if not skew or library is None:
        return NOTHING
    return {
        "LD_PRELOAD": str(library),
        "FAKETIME": skew,
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }


@contextmanager
def _tidied_clocks() -> Iterator[list[int]]:
    """Lend a list of processes; remove what libfaketime leaves of those that were killed."""
    pids: list[int] = []
    try:
        yield pids
    finally:
        for pid in pids:
            for file in SHARED_MEMORY.glob(f"*faketime_s*_{pid}"):
                file.unlink(missing_ok=True)


def _faketime() -> Path | None:
    return next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
