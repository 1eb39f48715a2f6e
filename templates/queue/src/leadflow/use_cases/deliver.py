"""One claimed batch to its destination, start to finish: handed over once, and its end stored."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from leadflow.domain.delivery import Delivery, Outcome, OutcomeKind, Settled
from leadflow.domain.errors import LedgerError
from leadflow.domain.retry import RetryPolicy
from leadflow.domain.settling import settle

__all__ = ["Deliveries", "Destination", "Sink", "Terms", "deliver", "is_passing"]

HELD_SECONDS = 30.0  # what nothing can help until a person acts is not tried every moment
STORING_SECONDS = 5.0  # kept of a lease, to write the end down in
STORE_AGAIN_SECONDS = 1.0
OVERDUE = Outcome(OutcomeKind.LOST, "no answer before the lease ended")
log = logging.getLogger(__name__)


class Sink(Protocol):
    """Where enrichments end."""

    @property
    def batch_size(self) -> int:
        """How many it takes at a time."""

    async def deliver(self, batch: Sequence[Delivery]) -> Sequence[Outcome]:
        """Hand over; one outcome each, in order. Never raises for the destination's faults."""


class Deliveries(Protocol):
    """Where deliveries are kept. Every method is durable when it returns."""

    async def claim(
        self, destination: str, *, limit: int, now: float, lease_until: float
    ) -> Sequence[Delivery]:
        """Take what is due, one of a lead at a time; nobody else has it until the lease ends."""

    async def settle(self, settled: Sequence[Settled], *, now: float) -> None:
        """Store what became of claimed deliveries; what is not ours any more stays as it is."""


@dataclass(frozen=True, slots=True)
class Destination:
    """A sink, and how it is to be used."""

    name: str
    sink: Sink
    is_enrolment: bool  # must never happen twice for a lead
    concurrency: int
    # Whom it must not reach, asked before every claim; raises FileRefused while nobody can tell.
    do_not_contact: Callable[[], frozenset[str]] = frozenset


@dataclass(frozen=True, slots=True)
class Terms:
    """How patiently, and by whose clock."""

    policy: RetryPolicy
    now: Callable[[], float]
    jitter: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


async def _nobody(_outcomes: Sequence[Outcome]) -> None:
    """Hear nothing."""


async def deliver(
    batch: Sequence[Delivery],
    *,
    destination: Destination,
    deliveries: Deliveries,
    terms: Terms,
    lease_until: float,
    is_probe: bool = False,
    heard: Callable[[Sequence[Outcome]], Awaitable[None]] = _nobody,
) -> None:
    """Hand a batch over and store its end; no request goes on after the lease has ended.

    `heard` is told what the destination said before it is stored.
    """
    try:
        async with asyncio.timeout(lease_until - STORING_SECONDS - terms.now()):
            outcomes = await _hand_over(batch, destination.sink)
    except TimeoutError:
        outcomes = [OVERDUE] * len(batch)
    await heard(outcomes)
    settled = [
        settle(
            delivery,
            _patient(outcome),
            is_enrolment=destination.is_enrolment,
            policy=terms.policy,
            jitter=terms.jitter(),
            now=terms.now(),
            is_probe=is_probe,
        )
        for delivery, outcome in zip(batch, outcomes, strict=True)
    ]
    await _store(settled, deliveries=deliveries, terms=terms, lease_until=lease_until)


def is_passing(fault: LedgerError) -> bool:
    """Tell a store that is busy or full, which may end, from one that is damaged."""
    return fault.exit_code == LedgerError.exit_code


async def _hand_over(batch: Sequence[Delivery], sink: Sink) -> Sequence[Outcome]:
    """Find the one that a sink stumbles over, so that the others of the batch are spared."""
    try:
        return await sink.deliver(batch)
    except Exception as defect:
        if len(batch) > 1:
            return [(await _hand_over([delivery], sink))[0] for delivery in batch]
        log.exception("a sink failed on %s", batch[0].lead_id)
        return [Outcome(OutcomeKind.LOST, f"a defect of the sink: {type(defect).__name__}")]


def _patient(outcome: Outcome) -> Outcome:
    if outcome.kind is OutcomeKind.HELD and outcome.retry_after_seconds is None:
        return replace(outcome, retry_after_seconds=HELD_SECONDS)
    return outcome


async def _store(
    settled: Sequence[Settled], *, deliveries: Deliveries, terms: Terms, lease_until: float
) -> None:
    """Insist: what happened is known only here, until the lease ends and it must be guessed."""
    while True:
        try:
            await deliveries.settle(settled, now=terms.now())
        except LedgerError as fault:
            if not is_passing(fault) or terms.now() >= lease_until:
                raise
            await terms.sleep(STORE_AGAIN_SECONDS)
        else:
            return
