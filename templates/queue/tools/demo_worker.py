"""`leadflow work` in the demo: watched while it works, killed once, started again."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any

from demo_world import FOLDER, LEADFLOW

__all__ = ["Act", "RunningWorker", "running_worker", "status_of", "watch"]

LOOK_SECONDS = 0.05
STOP_SECONDS = 35  # longer than a worker may take to drain


@dataclass(slots=True)
class RunningWorker:
    """One worker at a time."""

    environ: Mapping[str, str]
    kills: int = 0
    _process: subprocess.Popen[bytes] | None = field(default=None)

    def start(self) -> None:
        with (FOLDER / "work.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*LEADFLOW, "work"],
                cwd=FOLDER,
                env=self.environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self) -> None:
        """End it without a warning, as a machine that fails does; then start another."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self.kills += 1
        self.start()

    def stop(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


@contextmanager
def running_worker(environ: Mapping[str, str]) -> Iterator[RunningWorker]:
    worker = RunningWorker(environ)
    worker.start()
    try:
        yield worker
    finally:
        worker.stop()


@dataclass(frozen=True, slots=True)
class Act:
    """What happens once so many leads are through, and what is said of it."""

    after: int
    sentence: str
    happens: Callable[[], None]


def watch(
    environ: Mapping[str, str], count: int, acts: Sequence[Act], *, seconds: float
) -> dict[str, Any]:
    """Show how far it is, and let things happen, until all is through or the time is up."""
    left = sorted(acts, key=lambda act: act.after)
    deadline = time.monotonic() + seconds
    while (sent := _sent()) < count and time.monotonic() < deadline:
        _show(f"{sent}/{count} sent")
        if left and sent >= left[0].after:
            act = left.pop(0)
            print(f"\n{act.sentence}", flush=True)
            act.happens()
        time.sleep(LOOK_SECONDS)
    _show(f"{sent}/{count} sent; what came back is delivered\n")
    while True:
        status = status_of(environ)
        settled = status["journey"]["delivered"] + status["journey"]["unknown"]
        if settled >= count or time.monotonic() > deadline:
            return status


def status_of(environ: Mapping[str, str]) -> dict[str, Any]:
    """The account of every lead."""
    command = [*LEADFLOW, "status", "--format", "json"]
    done = subprocess.run(command, cwd=FOLDER, env=environ, check=False, capture_output=True)
    status: dict[str, Any] = json.loads(done.stdout)
    return status


def _sent() -> int:
    """How many Clay has taken, as the ledger has it."""
    uri = f"file:{FOLDER / 'leadflow.sqlite'}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as database:
        (count,) = database.execute("SELECT count(*) FROM lead WHERE state = 'sent'").fetchone()
    return int(count)


def _show(line: str) -> None:
    if sys.stdout.isatty():
        print(f"\r\x1b[K{line}", end="", flush=True)
