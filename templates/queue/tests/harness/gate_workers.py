"""Many processes at one gate: started together, killed at will, and what each was told."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

from harness.server import until

__all__ = ["GateWorker", "gate_workers", "mean_rate", "most_in_a_second"]

PROGRAM = "harness.gate_program"
STOP_SECONDS = 120


class GateWorker:
    """One process of harness/gate_program.py."""

    def __init__(
        self,
        url: str,
        job: str,
        *,
        callers: int = 5,
        number: int = 1,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self._told = tempfile.TemporaryFile("w+")  # noqa: SIM115 - `end` closes it
        self.process = subprocess.Popen(
            [sys.executable, "-m", PROGRAM, url, job, str(callers), str(number)],
            stdin=subprocess.PIPE,
            stdout=self._told,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **(environ or {})},
        )

    @property
    def is_ready(self) -> bool:
        assert self.process.poll() is None, "it ended"
        return os.fstat(self._told.fileno()).st_size > 0

    def begin(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("go\n")
        self.process.stdin.flush()

    def answers(self) -> list[dict[str, Any]]:
        """What it was told so far; half a line of a killed one is left out."""
        return [json.loads(line) for line in self._lines()[1:] if line.endswith("\n")]

    def grants(self) -> list[dict[str, Any]]:
        return [said for said in self.answers() if "granted_at" in said]

    @property
    def clock(self) -> float:
        """What its own clock showed when it was ready."""
        return float(self._lines()[0])

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def wait(self) -> None:
        assert self.process.wait(STOP_SECONDS) == 0

    def _lines(self) -> list[str]:
        return os.pread(self._told.fileno(), 10**8, 0).decode().splitlines(keepends=True)

    def end(self) -> None:
        self.process.kill()
        self.process.communicate()
        self._told.close()


@contextmanager
def gate_workers(*workers: GateWorker) -> Iterator[Sequence[GateWorker]]:
    """Release them together once all are ready; none outlives the test."""
    try:
        until(lambda: all(worker.is_ready for worker in workers), "all ready")
        for worker in workers:
            worker.begin()
        yield workers
    finally:
        for worker in workers:
            worker.end()


def most_in_a_second(stamps: Sequence[float]) -> int:
    """The fullest of all half-open seconds, wherever they begin."""
    ticks = sorted(round(stamp * 1_000_000) for stamp in stamps)
    return max(sum(begin <= tick < begin + 1_000_000 for tick in ticks) for begin in ticks)


def mean_rate(stamps: Sequence[float]) -> float:
    gaps = [after - before for before, after in pairwise(sorted(stamps))]
    return len(gaps) / sum(gaps)
