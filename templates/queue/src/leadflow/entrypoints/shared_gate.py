"""May a call to the destination start now? The answer of gate.py, shared by all workers.

While Redis is away each worker goes by a breaker of its own, as Standard's does: nothing is charged
here, so deliveries need not wait for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from leadflow.domain.call_end import Feed
from leadflow.domain.circuit_breaker import BreakerState
from leadflow.domain.delivery import Outcome
from leadflow.domain.errors import LedgerError
from leadflow.domain.shared_breaker import Admission, Learnt
from leadflow.entrypoints.gate import ANSWERED, Gate, Pass, rate_limit_of
from leadflow.entrypoints.worker_terms import WorkerObserver, WorkerTerms

__all__ = ["SharedBreaker", "SharedGate"]

LOOK_SECONDS = 1.0  # another worker's probe may have closed it meanwhile


class SharedBreaker(Protocol):
    """The breaker of one destination. LedgerError while it cannot be asked."""

    async def admit(self) -> Admission:
        """May a call start?"""

    async def learn(
        self, leave: Admission, feed: Feed, *, pause_seconds: float | None = None
    ) -> Learnt:
        """Note how it ended."""


class SharedPass(Pass):
    """Leave from the breaker that all share."""

    __slots__ = ()


class SharedGate:
    """Stands before one destination, in all processes."""

    def __init__(
        self,
        destination: str,
        breaker: SharedBreaker,
        terms: WorkerTerms,
        observer: WorkerObserver,
    ) -> None:
        self._destination, self._breaker = destination, breaker
        self._terms, self._observer = terms, observer
        self._own = Gate(destination, terms, observer)
        self._state, self._not_before, self._away_until = BreakerState.CLOSED, 0.0, 0.0

    @property
    def is_wide_open(self) -> bool:
        """Were calls let through as they came, the last time somebody asked?"""
        return self._state is BreakerState.CLOSED and self._own.is_wide_open

    def wait(self) -> float:
        """Seconds until it is worth asking; asks nobody."""
        if self._is_away:
            return min(self._own.wait(), LOOK_SECONDS)
        return max(0.0, self._not_before - self._terms.monotonic())

    async def admit(self) -> Pass | None:
        """Give leave, or not; whoever has it must tell how the call ended."""
        if self._is_away:
            return await self._own.admit()
        try:
            admission = await self._breaker.admit()
        except LedgerError:
            self._away_until = self._terms.monotonic() + LOOK_SECONDS  # asking takes a while, too
            return await self._own.admit()
        self._state = admission.state
        if admission.wait_seconds:
            self._look_again(admission.wait_seconds)
            return None
        return SharedPass(admission.generation, admission.is_probe)

    async def learn(self, outcomes: Sequence[Outcome], leave: Pass) -> None:
        """Note how a call ended; what cannot be told now is forgotten, as it soon says nothing."""
        if not isinstance(leave, SharedPass):
            await self._own.learn(outcomes, leave)
            return
        pause = min(rate_limit_of(outcomes), self._terms.policy.max_retry_after_seconds)
        admission = Admission(_state_of(leave), leave.generation)
        feed = _feed(outcomes, leave, is_paused=pause > 0)
        try:
            learnt = await self._breaker.learn(admission, feed, pause_seconds=pause or None)
        except LedgerError:
            return
        self._state = learnt.after
        self._look_again(max(pause, learnt.wait_seconds))
        self._tell(learnt, outcomes[0].reason)

    @property
    def _is_away(self) -> bool:
        return self._terms.monotonic() < self._away_until

    def _look_again(self, seconds: float) -> None:
        until = self._terms.monotonic() + min(seconds, LOOK_SECONDS)
        self._not_before = max(self._not_before, until)

    def _tell(self, learnt: Learnt, reason: str) -> None:
        """Only the worker whose result made the change says so."""
        if learnt.after is learnt.before:
            return
        if learnt.after is BreakerState.OPEN:
            self._observer.opened(self._destination, reason, seconds=learnt.wait_seconds)
        elif learnt.after is BreakerState.CLOSED:
            self._observer.closed(self._destination)


def _feed(outcomes: Sequence[Outcome], leave: Pass, *, is_paused: bool) -> Feed:
    """A lead that it refuses, the destination has answered; a rate limit says all by itself."""
    if any(outcome.kind in ANSWERED for outcome in outcomes) or (is_paused and leave.is_probe):
        return Feed.GOOD
    return Feed.NONE if is_paused else Feed.BAD


def _state_of(leave: Pass) -> BreakerState:
    return BreakerState.HALF_OPEN if leave.is_probe else BreakerState.CLOSED
