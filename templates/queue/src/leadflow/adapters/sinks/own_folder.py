"""A folder to work in that no other process uses, empty at the start.

A process that was killed leaves its folder behind, with leads in it: the next one takes it over.
"""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

__all__ = ["own_folder"]


@contextmanager
def own_folder(parent: Path) -> Iterator[Path]:
    """Take the first folder that nobody holds, and hold it; it is readable for its owner only."""
    parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    for number in count():
        folder = parent / f"work-{number}"
        with folder.with_suffix(".lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(mode=0o700)
            try:
                yield folder
            finally:
                shutil.rmtree(folder, ignore_errors=True)
            return
