"""When to leave a failing destination alone, and when to try it again.

               5 failures in a row, or half of 20 calls in 10 s
      closed ───────────────────────────────────────────────────> open
        ^                                                       │    ^
        │ two good probes                  the wait has passed  │    │ a bad probe:
        │                                                       v    │ twice the wait
        └─────────────────────────────────────────────────── half-open

Rule 1: time and chance are arguments; every change returns a new breaker.
Rule 2: a result counts only in the state its call was admitted in. Pass the `generation` that the
breaker had then: a late failure from before the opening neither opens nor prolongs anything.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum

from leadflow.domain.call_window import CallWindow

__all__ = ["BreakerRules", "BreakerState", "CircuitBreaker"]


class BreakerState(StrEnum):
    """Whether calls may go out."""

    CLOSED = "closed"  # all of them
    OPEN = "open"  # none
    HALF_OPEN = "half-open"  # one at a time, to see


@dataclass(frozen=True, slots=True)
class BreakerRules:
    """How much failure is too much, and how long to wait then."""

    failures_in_a_row: int = 5
    failing_share: float = 0.5
    fewest_calls: int = 20
    window_seconds: int = 10
    open_seconds: float = 30.0
    longest_open_seconds: float = 600.0
    jitter_share: float = 0.2  # of the wait, so that several workers do not come back at once
    good_probes: int = 2
    probe_seconds: float = 120.0  # a probe that has not reported by then never will

    def wait(self, openings: int, jitter: float) -> float:
        """Bound the wait after so many openings in a row, less up to a fifth."""
        doublings = min(openings - 1, 62)  # beyond any cap, and far from overflow
        longest = min(self.longest_open_seconds, self.open_seconds * 2.0**doublings)
        return longest * (1 - self.jitter_share * jitter)


@dataclass(frozen=True, slots=True)
class CircuitBreaker:
    """The breaker of one destination, as it stands."""

    rules: BreakerRules = field(default_factory=BreakerRules)
    state: BreakerState = BreakerState.CLOSED
    generation: int = 0  # counts the changes of state
    failures_in_a_row: int = 0
    recent: CallWindow = field(default_factory=CallWindow)
    openings: int = 0  # in a row, without closing in between
    open_until: float = 0.0
    good_probes: int = 0
    probe_started_at: float | None = None  # while one is on its way

    def admit(self, now: float) -> tuple[bool, CircuitBreaker]:
        """May a call start now? The breaker that comes back remembers that it did."""
        if self.state is BreakerState.CLOSED:
            return True, self
        if self.opens_again_at is not None and now < self.opens_again_at:
            return False, self
        # A new generation, unless this probe follows one that has reported.
        is_next_probe = self.state is BreakerState.HALF_OPEN and self.probe_started_at is None
        return True, replace(
            self,
            state=BreakerState.HALF_OPEN,
            generation=self.generation + (not is_next_probe),
            good_probes=self.good_probes if is_next_probe else 0,
            probe_started_at=now,
        )

    @property
    def opens_again_at(self) -> float | None:
        """The earliest moment at which a call is admitted; None when it is now."""
        if self.state is BreakerState.OPEN:
            return self.open_until
        if self.probe_started_at is not None:
            return self.probe_started_at + self.rules.probe_seconds
        return None

    def on_success(self, now: float, *, generation: int | None = None) -> CircuitBreaker:
        """Count a call that the destination answered as it should."""
        if self._is_late(generation):
            return self
        if self.state is BreakerState.CLOSED:
            return replace(self, recent=self._counted(now, failures=0), failures_in_a_row=0)
        if self.good_probes + 1 < self.rules.good_probes:
            return replace(self, good_probes=self.good_probes + 1, probe_started_at=None)
        return CircuitBreaker(rules=self.rules, generation=self.generation + 1)

    def on_failure(
        self, now: float, jitter: float, *, generation: int | None = None
    ) -> CircuitBreaker:
        """Count a call that failed for the destination's own reasons, never for a bad lead."""
        if self._is_late(generation):
            return self
        if self.state is BreakerState.HALF_OPEN:
            return _opened(self, now, jitter)
        counted = replace(
            self,
            recent=self._counted(now, failures=1),
            failures_in_a_row=self.failures_in_a_row + 1,
        )
        return _opened(counted, now, jitter) if _fails_too_often(counted) else counted

    def _counted(self, now: float, *, failures: int) -> CallWindow:
        return self.recent.count(now, failures=failures, seconds=self.rules.window_seconds)

    def _is_late(self, generation: int | None) -> bool:
        if self.state is BreakerState.OPEN:  # nothing was admitted in this state
            return True
        return generation is not None and generation != self.generation


def _fails_too_often(breaker: CircuitBreaker) -> bool:
    rules, recent = breaker.rules, breaker.recent
    if breaker.failures_in_a_row >= rules.failures_in_a_row:
        return True
    calls, failures = recent.calls, recent.failures
    return calls >= rules.fewest_calls and failures >= rules.failing_share * calls


def _opened(breaker: CircuitBreaker, now: float, jitter: float) -> CircuitBreaker:
    openings = breaker.openings + 1
    return CircuitBreaker(
        rules=breaker.rules,
        state=BreakerState.OPEN,
        generation=breaker.generation + 1,
        openings=openings,
        open_until=now + breaker.rules.wait(openings, jitter),
    )
