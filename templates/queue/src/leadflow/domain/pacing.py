"""When the next request may start: measured from the previous start, with no catching up.

A fixed grid would let a late request and a punctual one start close together; measured from the
real start, N + 1 starts always span at least N intervals.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["LONGEST_PAUSE_SECONDS", "Pace", "first_wait", "next_start"]

# A late arrival followed by a prompt one looks too fast at Clay's end; a hundredth makes up for it.
ROOM_FOR_JITTER = 1.01
LONGEST_PAUSE_SECONDS = 900.0  # whatever Clay or a clock that was wrong says


@dataclass(frozen=True, slots=True)
class Pace:
    """What one run leaves to the next, in seconds since 1970."""

    last_start: float = 0.0
    not_before: float = 0.0

    def clamped(self, now: float) -> Pace:
        """Believe nothing of the future: the clock may have been set back since."""
        latest = now + LONGEST_PAUSE_SECONDS
        return Pace(min(self.last_start, now), min(self.not_before, latest))


def next_start(
    *, previous_start: float, interval_seconds: float, now: float, wait_seconds: float = 0.0
) -> float:
    """Give the earliest time of the next start: the interval is kept, and any wait from now on."""
    return max(previous_start + interval_seconds * ROOM_FOR_JITTER, now + wait_seconds)


def first_wait(pace: Pace, *, interval_seconds: float, now: float) -> float:
    """Seconds until a run may start its first request, after the run before it."""
    pace = pace.clamped(now)
    return max(0.0, pace.last_start + interval_seconds - now, pace.not_before - now)
