"""Timing whole processes against each other: interleaved, so that a slow minute hits all alike."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["BIN", "PYTHON", "ROOT", "Sample", "interleaved", "peak_mib", "report"]

ROOT = Path(__file__).parent.parent
PYTHON = sys.executable
BIN = Path(PYTHON).parent
# Users have bytecode caches; a shell that forbids them would time the compiler instead.
USUAL = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
KIB_PER_UNIT = 1 if sys.platform != "darwin" else 1 / 1024  # ru_maxrss counts KiB, or bytes


@dataclass(frozen=True, slots=True)
class Sample:
    """Wall-clock seconds of one command, one per round."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    @property
    def spread(self) -> str:
        return f"{min(self.seconds):.3f}-{max(self.seconds):.3f}"


def interleaved(
    commands: Mapping[str, Sequence[str] | Callable[[], Sequence[str]]],
    *,
    rounds: int,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> dict[str, Sample]:
    """Run every command once a round, for so many rounds after one that is not counted.

    A command that must differ each time, in its target folder say, is given as a function.
    """
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for number in range(rounds + 1):
        for name, command in commands.items():
            words = command() if callable(command) else command
            start = time.perf_counter()
            subprocess.run(words, check=True, cwd=cwd, env=env or USUAL, stdout=subprocess.DEVNULL)
            if number:
                seconds[name].append(time.perf_counter() - start)
    return {name: Sample(tuple(taken)) for name, taken in seconds.items()}


def report(
    title: str, samples: Mapping[str, Sample], *, base: str, bounds: Mapping[str, float]
) -> None:
    """Print each sample as a multiple of `base`, beside the bound it is meant to keep."""
    print(f"\n{title}")
    for name, sample in samples.items():
        ratio = sample.median / samples[base].median
        line = f"  {name:<32} {sample.median:8.3f} s ({sample.spread}) {ratio:6.2f}x"
        if name in bounds:
            kept = "kept" if ratio <= bounds[name] else "MISSED"
            line += f"   at most {bounds[name]:g}x: {kept}"
        print(line)


def peak_mib(command: Sequence[str], *, env: Mapping[str, str]) -> float:
    """The largest resident memory of one command, in MiB."""
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{command[0]} failed with {process.returncode}")
    return usage.ru_maxrss * KIB_PER_UNIT / 1024
