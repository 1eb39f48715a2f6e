"""How many calls ended lately, and how many of them badly.

Counted by whole seconds, the one that runs and those before it, so that it stays small.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

__all__ = ["CallWindow"]


class Second(NamedTuple):
    """The calls that ended within one second."""

    number: int
    calls: int
    failures: int


@dataclass(frozen=True, slots=True)
class CallWindow:
    """The seconds in which calls ended, oldest first."""

    seconds: tuple[Second, ...] = ()

    @property
    def calls(self) -> int:
        return sum(second.calls for second in self.seconds)

    @property
    def failures(self) -> int:
        return sum(second.failures for second in self.seconds)

    def count(self, now: float, *, failures: int, seconds: int) -> CallWindow:
        """Add one call that ended now, and forget what is older than the window."""
        number, calls = int(now // 1), 1
        kept = [second for second in self.seconds if number - seconds < second.number <= number]
        if kept and kept[-1].number == number:
            _, calls_before, failures_before = kept.pop()
            calls, failures = calls + calls_before, failures + failures_before
        return CallWindow((*kept, Second(number, calls, failures)))
