"""How everything stands at one moment, for whoever watches: queue, gate, budget, destinations.

A part is None while nobody can tell: `troubles` then says why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from leadflow.domain.circuit_breaker import BreakerState
from leadflow.domain.gate_held import Held

__all__ = [
    "BudgetLine",
    "DestinationLine",
    "GateLine",
    "GateState",
    "OutboxLine",
    "QueueLine",
    "Snapshot",
    "WebhookLine",
    "gate_line",
]


class GateState(StrEnum):
    """What the gate would say to whoever asks now, the rate left aside."""

    CLOSED = "closed"  # as an electric circuit: calls go through
    HALF_OPEN = "half-open"
    OPEN = "open"
    SPENT = "spent"  # the budget; the next day or month, or a higher cap, ends it
    PAUSED = "paused"
    ISOLATED = "isolated"
    CONDEMNED = "condemned"  # flushed or restored: `leadflow gate init`
    UNREACHABLE = "unreachable"


class QueueLine(NamedTuple):
    """Jobs by BullMQ's states, for how long the next one has waited, and the dead letters."""

    jobs: Mapping[str, int]
    oldest_seconds: float | None
    dead: int


class GateLine(NamedTuple):
    """The gate's state, and what is left of it where it ends by itself."""

    state: GateState
    left_seconds: float = 0.0
    detail: str = ""


class BudgetLine(NamedTuple):
    """What is reserved of a cap; the cap may be None for none."""

    unit: str  # credits, actions
    span: str  # day, month
    period: str  # 2026-11-27, 2026-11
    reserved: float
    cap: float | None

    @property
    def left(self) -> float | None:
        return None if self.cap is None else max(0.0, self.cap - self.reserved)


class WebhookLine(NamedTuple):
    """A webhook source of Clay, by the end of its URL."""

    label: str
    used: int
    life: int
    is_full: bool = False


class OutboxLine(NamedTuple):
    """Jobs that the queue does not have yet."""

    rows: int
    oldest_seconds: float | None


class DestinationLine(NamedTuple):
    """Deliveries to one destination that are not done, and whether it is left alone."""

    name: str
    waiting: int
    oldest_seconds: float | None
    dead: int
    unknown: int
    is_open: bool = False


class Snapshot(NamedTuple):
    """All of it; `at` is in seconds since 1970."""

    at: float
    queue: QueueLine | None = None
    gate: GateLine | None = None
    budget: Sequence[BudgetLine] = ()
    webhooks: Sequence[WebhookLine] = ()
    outbox: OutboxLine | None = None
    destinations: Sequence[DestinationLine] = ()
    troubles: Sequence[str] = ()

    @property
    def submissions(self) -> int:
        """What was ever sent, for whoever takes the difference."""
        return sum(webhook.used for webhook in self.webhooks)


def gate_line(held: Held | None, *, mark: str, over: str = "") -> GateLine:
    """Say how the gate stands; None is a Redis that cannot be used.

    `mark` is what the ledger has for the numbers; "" while none were put there for good.
    `over` says which cap the next call would go over, if any.
    """
    if held is None:
        return GateLine(GateState.UNREACHABLE)
    if held.condemned or not held.epoch:
        return GateLine(GateState.CONDEMNED, detail=held.condemned or "it holds no numbers")
    if mark and held.epoch != mark:
        return GateLine(GateState.CONDEMNED, detail="its numbers are of another time")
    if held.isolated:
        return GateLine(GateState.ISOLATED, detail=held.isolated)
    if held.paused_until > held.now:
        return GateLine(GateState.PAUSED, held.paused_until - held.now)
    return _breaker_line(held, over)


def _breaker_line(held: Held, over: str) -> GateLine:
    failures = f"{held.failures_in_a_row} failures in a row" if held.failures_in_a_row else ""
    left = max(0.0, held.open_until - held.now)
    if held.breaker is BreakerState.OPEN and left:
        return GateLine(GateState.OPEN, left, failures)
    if over:
        return GateLine(GateState.SPENT, detail=over)
    if held.breaker is BreakerState.CLOSED:
        return GateLine(GateState.CLOSED, detail=failures)
    return GateLine(GateState.HALF_OPEN, detail=failures)
