"""Targets measured in turn, round by round, so that a slow minute hits all alike."""

from __future__ import annotations

import json
import statistics
import subprocess
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from callback_load import Measured
from callback_targets import Target, environment, running
from measure import PYTHON

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["Load", "Samples", "Stand", "above", "below", "compare", "show"]

GENERATOR = str(Path(__file__).parent / "callback_load.py")
MOST_PER_SECOND = 30_000  # requests made ready for each second of a closed loop
BUSY = 0.03  # a generator that waited less than this was itself the limit
REST_SECONDS = 0.5  # for what a target does after it has answered


@dataclass(frozen=True, slots=True)
class Load:
    """How a target is asked: a closed loop, or an offered rate."""

    connections: int = 64
    seconds: float = 2.0
    rate: float | None = None


@dataclass(frozen=True, slots=True)
class Samples:
    """One target, one measurement a round."""

    found: tuple[Measured, ...]

    @property
    def rate(self) -> float:
        return statistics.median(each.rate for each in self.found)

    @property
    def p99_ms(self) -> float:
        return statistics.median(each.p99_ms for each in self.found)

    @property
    def line(self) -> str:
        rates, tails = [e.rate for e in self.found], [e.p99_ms for e in self.found]
        p50_ms = statistics.median(each.p50_ms for each in self.found)
        limit = " (the generator is the limit)" if self.is_generator_busy else ""
        return (
            f"{self.rate:8,.0f}/s ({min(rates):,.0f}-{max(rates):,.0f})   p50 {p50_ms:6.1f} ms   "
            f"p99 {self.p99_ms:6.1f} ms ({min(tails):.1f}-{max(tails):.1f}){limit}"
        )

    @property
    def is_generator_busy(self) -> bool:
        return statistics.median(each.idle for each in self.found) < BUSY


@dataclass(slots=True)
class Stand:
    """Targets that run at the same time, idle until it is their turn."""

    bodies: Path
    ports: Mapping[str, int]
    _used: dict[str, int] = field(default_factory=dict)

    def ask(self, name: str, load: Load) -> Measured:
        """Load one target with callbacks that it has not had yet."""
        per_second = load.rate or MOST_PER_SECOND
        options = {
            "--skip": self._used.get(name, 0),
            "--count": int(load.seconds * per_second),
            "--connections": load.connections,
            "--seconds": load.seconds,
        } | ({"--rate": load.rate} if load.rate else {})
        words = [str(word) for option in options.items() for word in option]
        done = subprocess.run(
            [PYTHON, GENERATOR, str(self.ports[name]), str(self.bodies), *words],
            env=environment(),
            check=True,
            stdout=subprocess.PIPE,
        )
        measured = Measured(**json.loads(done.stdout))
        self._used[name] = self._used.get(name, 0) + measured.asked
        return measured


@contextmanager
def standing(targets: Mapping[str, Target], *, bodies: Path, folder: Path) -> Iterator[Stand]:
    with ExitStack() as stack:
        ports = {
            name: stack.enter_context(running(target, folder / str(number)))
            for number, (name, target) in enumerate(targets.items())
        }
        yield Stand(bodies, ports)


def compare(
    targets: Mapping[str, Target],
    loads: Load | Mapping[str, Load],
    *,
    rounds: int,
    bodies: Path,
    folder: Path,
) -> dict[str, Samples]:
    """Ask every target once a round, for so many rounds after one that is not counted."""
    found: dict[str, list[Measured]] = {name: [] for name in targets}
    with standing(targets, bodies=bodies, folder=folder) as stand:
        for number in range(rounds + 1):
            for name in targets:
                load = loads if isinstance(loads, Load) else loads[name]
                measured = stand.ask(name, load)
                time.sleep(REST_SECONDS)
                if number:
                    found[name].append(measured)
    return {name: Samples(tuple(samples)) for name, samples in found.items()}


def show(title: str, samples: Mapping[str, Samples]) -> None:
    print(f"\n{title}", flush=True)
    for name, sample in samples.items():
        print(f"  {name:<34} {sample.line}", flush=True)


def above(what: str, ratio: float, *, goal: float, is_aim: bool = False) -> None:
    """Say by how much we are faster than something, beside what we meant to be."""
    kept = "kept" if ratio >= goal else "not reached" if is_aim else "MISSED"
    words = "aimed at" if is_aim else "at least"
    print(f"  {what:<50} {ratio:6.2f}x   {words} {goal:g}x: {kept}", flush=True)


def below(what: str, milliseconds: float, *, bound: float) -> None:
    kept = "kept" if milliseconds <= bound else "MISSED"
    print(f"  {what:<50} {milliseconds:6.1f} ms   at most {bound:.1f} ms: {kept}", flush=True)
