"""`leadflow enqueue` as a process, and what it took at most in memory."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from harness.workspace import Workspace

LOOK_SECONDS = 0.01
__all__ = ["Done", "enqueue", "start_enqueue"]


class Done(NamedTuple):
    """How it ended."""

    code: int
    out: str
    err: str
    most_bytes: int


def start_enqueue(workspace: Workspace, *arguments: str | Path) -> subprocess.Popen[bytes]:
    out, err = (workspace.folder / name for name in ("out", "err"))
    with out.open("wb") as to_out, err.open("wb") as to_err:
        return subprocess.Popen(
            [sys.executable, "-m", "leadflow", "enqueue", *map(str, arguments)],
            cwd=workspace.folder,
            env=workspace._process_environ(),
            stdin=subprocess.DEVNULL,
            stdout=to_out,
            stderr=to_err,
        )


def enqueue(workspace: Workspace, *arguments: str | Path) -> Done:
    process = start_enqueue(workspace, *arguments)
    most_bytes = 0
    while process.poll() is None:
        most_bytes = max(most_bytes, _most_bytes(process.pid))
        time.sleep(LOOK_SECONDS)
    out, err = ((workspace.folder / name).read_text() for name in ("out", "err"))
    return Done(process.returncode, out, err, most_bytes)


def _most_bytes(pid: int) -> int:
    """Read the peak of its resident memory; 0 when it has just ended."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0
