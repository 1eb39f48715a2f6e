"""Text for a terminal: how wide it is, how it is cut, and in what tone it is shown.

A line has one tone, so that no width is ever counted through colour codes.
"""

from __future__ import annotations

import unicodedata
from enum import StrEnum
from typing import NamedTuple

from leadflow.entrypoints.terminal import visible

__all__ = ["Line", "Tone", "age", "clip", "paint"]

RESET = "\x1b[0m"


class Tone(StrEnum):
    """What colour a line is given, where there are colours."""

    PLAIN = ""
    HEAD = "\x1b[1m"
    GOOD = "\x1b[32m"
    WARN = "\x1b[33m"
    BAD = "\x1b[31m"


class Line(NamedTuple):
    text: str
    tone: Tone = Tone.PLAIN


def paint(line: Line, *, has_color: bool) -> str:
    return f"{line.tone}{line.text}{RESET}" if has_color and line.tone else line.text


def clip(text: str, width: int) -> str:
    """Cut to so many columns; a letter of East Asia takes two, an accent of its own none."""
    columns, kept = 0, ""
    for letter in visible(text):
        columns += _columns(letter)
        if columns > width:
            return kept
        kept += letter
    return kept


def _columns(letter: str) -> int:
    if unicodedata.combining(letter):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def age(seconds: float) -> str:
    """Say how long, in the two units that matter."""
    minutes, rest = divmod(max(0, round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours:02} h"
    if hours:
        return f"{hours} h {minutes:02} m"
    return f"{minutes} m {rest:02} s" if minutes else f"{rest} s"
