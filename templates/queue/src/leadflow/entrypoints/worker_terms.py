"""What a worker is given and what it tells: its patience, its clocks, its watcher."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from leadflow.domain.circuit_breaker import BreakerRules
from leadflow.domain.delivery import Outcome
from leadflow.domain.retry import RetryPolicy
from leadflow.use_cases.deliver import Terms

__all__ = ["SilentWorker", "WorkerObserver", "WorkerTerms"]


@dataclass(frozen=True, slots=True)
class WorkerTerms:
    """How patient a worker is, and by whose clock; a test hands in shorter times."""

    policy: RetryPolicy
    breaker: BreakerRules = field(default_factory=BreakerRules)
    lease_seconds: float = 60.0
    poll_seconds: float = 1.0  # where nobody wakes it
    recover_seconds: float = 10.0  # how often leases that ended are looked for
    drain_seconds: float = 25.0  # after a stop, for what is in flight
    gather_one_seconds: float = 0.02  # between two claims that found less than they asked for
    gather_batch_seconds: float = 0.2  # likewise, where a destination takes many at a time
    most_claimed: int = 500
    most_routed: int = 500
    now: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic
    jitter: Callable[[], float] = random.random
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    @property
    def delivering(self) -> Terms:
        return Terms(self.policy, self.now, self.jitter, self.sleep)


class WorkerObserver(Protocol):
    """Who watches a worker."""

    def handed_over(self, destination: str, outcomes: Sequence[Outcome], *, seconds: float) -> None:
        """One call has ended."""

    def opened(self, destination: str, reason: str, *, seconds: float) -> None:
        """The breaker leaves a destination alone for so long."""

    def closed(self, destination: str) -> None:
        """The destination is well again."""

    def warns(self, sentence: str) -> None:
        """Something deserves a look; the worker goes on."""


class SilentWorker:
    """Watches and says nothing."""

    def handed_over(
        self, destination: str, outcomes: Sequence[Outcome], *, seconds: float
    ) -> None: ...
    def opened(self, destination: str, reason: str, *, seconds: float) -> None: ...
    def closed(self, destination: str) -> None: ...
    def warns(self, sentence: str) -> None: ...
