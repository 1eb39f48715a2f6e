"""May a call to the destination start now? Its breaker and the pauses it asked for, in one place.

Only a destination's own failure feeds the breaker: a lead it refuses, it has answered, and a rate
limit says by itself how long to wait.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from leadflow.domain.circuit_breaker import BreakerState, CircuitBreaker
from leadflow.domain.delivery import Outcome, OutcomeKind
from leadflow.entrypoints.worker_terms import WorkerObserver, WorkerTerms

__all__ = ["ANSWERED", "DeliveryGate", "Gate", "OpenGate", "Pass", "rate_limit_of"]

ANSWERED = {OutcomeKind.DELIVERED, OutcomeKind.PERMANENT}


class Pass(NamedTuple):
    """Leave to make one call."""

    generation: int
    is_probe: bool


class DeliveryGate(Protocol):
    """Stands before one destination. Asynchronous, so that one shared by processes can, too."""

    @property
    def is_wide_open(self) -> bool:
        """Are calls let through as they come, and not one by one, to see?"""

    def wait(self) -> float:
        """Seconds until it is worth asking."""

    async def admit(self) -> Pass | None:
        """Give leave, or not; whoever has it must tell how the call ended."""

    async def learn(self, outcomes: Sequence[Outcome], leave: Pass) -> None:
        """Note how a call ended."""


class Gate:
    """Stands before one destination, in one process."""

    def __init__(self, destination: str, terms: WorkerTerms, observer: WorkerObserver) -> None:
        self._destination, self._terms, self._observer = destination, terms, observer
        self._breaker = CircuitBreaker(rules=terms.breaker)
        self._not_before = 0.0

    @property
    def is_wide_open(self) -> bool:
        """Are calls let through as they come, and not one by one, to see?"""
        return self._breaker.state is BreakerState.CLOSED

    def wait(self) -> float:
        """Seconds until a call may start."""
        opens_at = max(self._not_before, self._breaker.opens_again_at or 0.0)
        return max(0.0, opens_at - self._terms.monotonic())

    def pause(self, seconds: float) -> None:
        """Let nothing through for so long."""
        self._not_before = max(self._not_before, self._terms.monotonic() + seconds)

    async def admit(self) -> Pass | None:
        """Give leave, or not; whoever has it must tell how the call ended."""
        if self.wait():
            return None
        is_admitted, self._breaker = self._breaker.admit(self._terms.monotonic())
        return Pass(self._breaker.generation, not self.is_wide_open) if is_admitted else None

    async def learn(self, outcomes: Sequence[Outcome], leave: Pass) -> None:
        """Note how a call ended."""
        before, now = self._breaker, self._terms.monotonic()
        rate_limit = rate_limit_of(outcomes)
        if rate_limit:
            self.pause(min(rate_limit, self._terms.policy.max_retry_after_seconds))
        if any(outcome.kind in ANSWERED for outcome in outcomes) or (rate_limit and leave.is_probe):
            self._breaker = before.on_success(now, generation=leave.generation)
        elif not rate_limit:
            jitter = self._terms.jitter()
            self._breaker = before.on_failure(now, jitter, generation=leave.generation)
        self._tell(before, outcomes[0].reason)

    def _tell(self, before: CircuitBreaker, reason: str) -> None:
        if self._breaker.state is before.state:
            return
        if self._breaker.state is BreakerState.OPEN:
            self._observer.opened(self._destination, reason, seconds=self.wait())
        elif self._breaker.state is BreakerState.CLOSED:
            self._observer.closed(self._destination)


# For a destination, by its name.
OpenGate = Callable[[str, WorkerTerms, WorkerObserver], DeliveryGate]


def rate_limit_of(outcomes: Sequence[Outcome]) -> float:
    """Give the longest pause that the destination asked for, in seconds; 0 for none."""
    held = (o.retry_after_seconds or 0.0 for o in outcomes if o.kind is OutcomeKind.HELD)
    return max(held, default=0.0)
