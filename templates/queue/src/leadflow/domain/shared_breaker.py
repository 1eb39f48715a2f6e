"""What a circuit breaker that all workers share tells each of them."""

from __future__ import annotations

from typing import NamedTuple

from leadflow.domain.circuit_breaker import BreakerState

__all__ = ["Admission", "Learnt"]


class Admission(NamedTuple):
    """Whether a call may start. With `wait_seconds` it may not; ask again by then."""

    state: BreakerState
    generation: int = 0
    wait_seconds: float = 0.0

    @property
    def is_probe(self) -> bool:
        return not self.wait_seconds and self.state is BreakerState.HALF_OPEN


class Learnt(NamedTuple):
    """What a result has changed, for whoever watches."""

    before: BreakerState
    after: BreakerState
    wait_seconds: float
