"""When the next request may start: measured from the previous start, with no catching up.

A fixed grid would let a late request and a punctual one start close together; measured from the
real start, N + 1 starts always span at least N intervals.
"""

from __future__ import annotations

__all__ = ["next_start"]


def next_start(
    *, previous_start: float, interval_seconds: float, now: float, wait_seconds: float = 0.0
) -> float:
    """Give the earliest time of the next start: the interval is kept, and any wait from now on."""
    return max(previous_start + interval_seconds, now + wait_seconds)
