"""stdout and stderr that a closed pipe does not break, and text that moves no cursor."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from typing import TextIO

__all__ = ["can_draw", "listed", "make_unbreakable", "visible", "wants_color"]

STREAMS = ("stdin", "stdout", "stderr")
MOST_LISTED = 20
LONGEST_NAME = 60


class _Unbreakable(io.FileIO):
    """Writes on when nobody reads on: a run must not stop because `| head -1` has seen enough."""

    def write(self, data: object) -> int:
        try:
            return super().write(data)  # type: ignore[arg-type]
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.fileno())
            return super().write(data)  # type: ignore[arg-type]


def make_unbreakable() -> None:
    """Open what was closed (the ledger must not become descriptor 2), and ignore broken pipes."""
    for number, name in enumerate(STREAMS):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number, which is this one
            setattr(sys, name, open(number, "r" if number == 0 else "w", closefd=False))  # noqa: SIM115 - for life
    sys.stdout, sys.stderr = _reopened(sys.stdout), _reopened(sys.stderr)


def visible(text: str) -> str:
    """Show control characters as what they are instead of sending them to the terminal."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def listed(names: Sequence[str]) -> str:
    """Join names that somebody else chose, cut to a length that can be read."""
    shown = [name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}..." for name in names]
    more = f" and {len(names) - MOST_LISTED:,} more" if len(names) > MOST_LISTED else ""
    return visible(", ".join(shown[:MOST_LISTED])) + more


def can_draw() -> bool:
    """Can stderr take a line that is drawn over?"""
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


def wants_color() -> bool | None:
    """None leaves it to click, which colours terminals only (https://no-color.org)."""
    return False if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" else None


def _reopened(stream: TextIO) -> TextIO:
    stream.flush()
    raw = _Unbreakable(stream.fileno(), "w", closefd=False)
    return io.TextIOWrapper(
        io.BufferedWriter(raw), stream.encoding, "backslashreplace", line_buffering=True
    )
