"""The log: one JSON object a line on stderr, in batches, and nothing personal in any of them.

It takes names and numbers of ours only; of an exception it keeps the type and the place, never the
text, which may name a person.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from json.encoder import encode_basestring_ascii as quoted
from typing import Any, TextIO

from leadflow.adapters.library_log import ReducedHandler, place_of

__all__ = ["JsonLog"]

BATCH_SECONDS = 0.2
MOST_LINES = 10_000  # of one batch, and leads as many: a flood must not fill the disk
LEADS_PER_LINE = 100
Note = tuple[Any, ...]  # level, event, and the details in pairs


class JsonLog:
    """Collects lines while a loop runs, and writes them together; what repeats is counted."""

    def __init__(
        self, stream: TextIO | None = None, *, now: Callable[[], float] = time.time
    ) -> None:
        self._stream, self._now = stream or sys.stderr, now
        self._guard = threading.Lock()
        self._lines: list[str] = []
        self._repeats: dict[Note, int] = {}
        self._leads: dict[tuple[str, str, str, str], list[str]] = {}
        self._leads_noted = 0
        self._dropped = 0
        self._is_due = False

    def write(self, level: str, event: str, **details: str | float | None) -> None:
        """Note one event. `details` are identities, codes and counts, never what a lead says."""
        note = (level, event, *details.items())
        with self._guard:
            if note in self._repeats:
                self._repeats[note] += 1
            elif len(self._lines) < MOST_LINES:
                self._repeats[note] = 0
                self._lines.append(self._line(level, event, details))
            else:
                self._dropped += 1
        if level == "error":
            self.flush()  # the process may not live much longer
        else:
            self._schedule()

    def lead(self, level: str, event: str, *, outcome: str, reason: str, lead_id: str) -> None:
        """Note what happened to one lead; of what happens to many alike, a line names them all."""
        with self._guard:
            if self._leads_noted < MOST_LINES:
                self._leads_noted += 1
                self._leads.setdefault((level, event, outcome, reason), []).append(lead_id)
            else:
                self._dropped += 1
        if not self._is_due:
            self._schedule()

    def failed(self, event: str, fault: BaseException) -> None:
        """Note a fault that nobody expected."""
        self.write("error", event, reason=type(fault).__name__, where=place_of(fault))

    def flush(self) -> None:
        """Write what has been collected."""
        with self._guard:
            lines, self._lines = [*self._lead_lines(), *self._lines], []
            self._leads, self._leads_noted = {}, 0
            repeats, self._repeats = self._repeats, {}
            dropped, self._dropped = self._dropped, 0
            self._is_due = False
        for (level, event, *details), times in repeats.items():
            if times:
                lines.append(self._line(level, event, {**dict(details), "repeated": times}))
        if dropped:
            lines.append(self._line("warning", "lines left out", {"count": dropped}))
        try:
            self._stream.write("".join(f"{line}\n" for line in lines))
            self._stream.flush()
        except (OSError, ValueError):
            return  # nobody reads the log any more; the leads go on

    def take_over(self, *loggers: str) -> None:
        """Write what these libraries log as well; "" is all of them."""
        for name in loggers:
            logging.getLogger(name).handlers[:] = [ReducedHandler(self.write)]

    def _lead_lines(self) -> Iterator[str]:
        for (level, event, outcome, reason), lead_ids in self._leads.items():
            for start in range(0, len(lead_ids), LEADS_PER_LINE):
                some = " ".join(lead_ids[start : start + LEADS_PER_LINE])
                told = {"outcome": outcome, "reason": reason, "leads": some}
                yield self._line(level, event, told)

    def _schedule(self) -> None:
        if self._is_due:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # outside of a loop there is no later
            self.flush()
            return
        self._is_due = True
        loop.call_later(BATCH_SECONDS, self.flush)

    def _line(self, level: str, event: str, details: Mapping[str, str | float | None]) -> str:
        # Three times as fast as json.dumps, which counts where every callback has its line.
        seconds, fraction = divmod(self._now(), 1)
        start = f'{{"time": "{_second(int(seconds))}.{int(fraction * 1_000):03d}+00:00"'
        given = {"level": level, "event": event, **details}
        members = [
            f'"{name}": {quoted(value) if isinstance(value, str) else json.dumps(value)}'
            for name, value in given.items()
            if value is not None and value != ""
        ]
        return f"{', '.join((start, *members))}}}"


@lru_cache(maxsize=2)
def _second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
