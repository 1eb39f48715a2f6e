"""What libraries log, reduced: the message before its values go in, and the place of a fault.

asyncio puts the values in itself: of a callback its arguments, of a task the text of its exception.
"""

from __future__ import annotations

import logging
import re
import traceback
from pathlib import Path
from typing import Protocol

__all__ = ["ReducedHandler", "place_of"]

LEVELS = {"info", "warning", "error"}
WORDS = re.compile(r"[\w ]*")  # up to the first sign or line end


class Write(Protocol):
    """Where the reduced records go."""

    def __call__(self, level: str, event: str, **details: str | float | None) -> None:
        """Note one event."""


class ReducedHandler(logging.Handler):
    """Passes on the logger's name, the message as the library wrote it, and where a fault was."""

    def __init__(self, write: Write) -> None:
        super().__init__(logging.INFO)
        self._write = write

    def emit(self, record: logging.LogRecord) -> None:
        level = record.levelname.lower()
        fault = record.exc_info[1] if record.exc_info else None
        self._write(
            level if level in LEVELS else "error",
            record.name,
            message=_message(record),
            reason=type(fault).__name__ if fault else None,
            where=place_of(fault) if fault else None,
        )


def _message(record: logging.LogRecord) -> str:
    if not isinstance(record.msg, str):
        return type(record.msg).__name__
    if record.name == "asyncio" and (words := WORDS.match(record.msg)):
        return words[0].strip()
    return record.msg


def place_of(fault: BaseException) -> str:
    """Where it was raised: file and line."""
    places = traceback.extract_tb(fault.__traceback__)
    return f"{Path(places[-1].filename).name} line {places[-1].lineno}" if places else ""
