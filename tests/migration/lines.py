"""An owner who writes a line in every place of every file, and what becomes of the lines."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.migration.projects import Living

__all__ = ["lost_lines", "overlap", "write_lines"]

PLACES = ("top", "middle", "end")


def write_lines(living: Living) -> list[str]:
    """One line at the top, one in the middle and one at the end of every file; give all."""
    marks = []
    for file in sorted(living.paths()):
        path = file.relative_to(living.folder).as_posix()
        lines = file.read_text(encoding="utf-8").splitlines()
        top, middle, end = (f"# owner's line at the {place} of {path} #" for place in PLACES)
        half = len(lines) // 2
        text = [top, *lines[:half], middle, *lines[half:], end]
        file.write_text("\n".join(text) + "\n", encoding="utf-8")
        marks += [top, middle, end]
    return marks


def lost_lines(living: Living, marks: Sequence[str]) -> list[str]:
    """The lines that no file of the project has."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in living.paths())
    return [mark for mark in marks if mark not in text]


def overlap(mine: Path, base: Path, theirs: Path) -> bool:
    """Whether both sides changed the same place, asked of git about this one file."""
    words = ["git", "merge-file", "-p", *map(str, (mine, base, theirs))]
    return subprocess.run(words, capture_output=True, check=False).returncode != 0
