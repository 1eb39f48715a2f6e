"""The command on a terminal, where it may show more and asks before it acts."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

from harness.workspace import Workspace

__all__ = ["on_terminal"]


def on_terminal(workspace: Workspace, *arguments: str, types: str = "") -> tuple[int, str]:
    """Run it, type the answer, return the exit code and what the terminal showed."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "leadflow", *arguments],
        cwd=workspace.folder,
        env={**workspace._process_environ(), "TERM": "dumb"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    os.write(ours, types.encode())
    shown = b""
    while chunk := _read(ours):
        shown += chunk
    os.close(ours)
    return process.wait(60), shown.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 10_000)
    except OSError:  # how Linux says that nobody writes to it any more
        return b""
