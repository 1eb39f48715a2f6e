"""When the next call may start, over all workers: the generic cell rate algorithm (GCRA).

The state is one number, the theoretical arrival time (TAT): when the next call would come if all
kept the interval. A call is granted from TAT minus the tolerance on, and moves TAT on by one
interval, from now where it was late.

The law: any n + 1 grants span at least n intervals less the tolerance. `strict` chooses both so
that `calls + 1` of them span a whole second, so that no second holds more than `calls`, wherever
it begins. The tolerance is what a caller may be late without slowing the rest down: asking takes
a moment, and without any tolerance every such moment would be lost.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["RateLimit"]


@dataclass(frozen=True, slots=True)
class RateLimit:
    """One call for each interval; `burst` of them at once after a rest, 1 for none."""

    interval_seconds: float
    burst: float = 1.0

    @classmethod
    def strict(cls, calls: int, *, slack_seconds: float = 0.005) -> RateLimit:
        """Never more than `calls` in any second: 5 make 4.975/s when asked within 5 ms."""
        interval = (1.0 + slack_seconds) / calls
        return cls(interval, burst=1.0 + slack_seconds / interval)

    @property
    def tolerance_seconds(self) -> float:
        """How much earlier than TAT a call may start."""
        return (self.burst - 1.0) * self.interval_seconds

    def reserve(self, tat: float, *, now: float) -> tuple[float, float]:
        """Return the seconds to wait and the TAT to keep; with a wait, nothing is taken.

        No TAT is later than a grant of just now leaves it: a later one is from before the clock was
        set back, and would stop everything for as long.
        """
        tat = min(tat, now + self.tolerance_seconds + self.interval_seconds)
        wait = tat - self.tolerance_seconds - now
        if wait > 0:
            return wait, tat
        return 0.0, max(tat, now) + self.interval_seconds
