"""The whole gate as a value: what the Lua scripts do on the server, they do as this does.

Rule 1: everything is looked at before anything changes, and a refusal changes nothing.
Rule 2: each leave is settled once, by its first report; what it gives back goes to the day it was
taken from, whatever the day is by then.

Amounts are whole thousandths, so that sums are exact.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from leadflow.domain.call_end import CallEnd, Feed
from leadflow.domain.circuit_breaker import BreakerState, CircuitBreaker
from leadflow.domain.credit_budget import Cost, exceeded, periods
from leadflow.domain.gate import GateRules, Leave, Refusal, RefusalReason, refuse
from leadflow.domain.standing import Standing, in_credits

__all__ = ["GateModel"]


class Reservation(NamedTuple):
    """What one leave has taken, and from where."""

    leave: Leave
    day: str
    cost: Cost


@dataclass(frozen=True, slots=True)
class GateModel:
    """The gate, as it stands."""

    rules: GateRules
    breaker: CircuitBreaker
    tat: float = 0.0
    paused_until: float = 0.0
    isolated: str = ""  # the reason a person gave
    standing: Standing = field(default_factory=lambda: Standing({}, {}))
    full: frozenset[str] = frozenset()
    open_leaves: Mapping[str, Reservation] = field(default_factory=dict)

    def ask(
        self, leave_id: str, webhook_ids: Sequence[str], *, now: float
    ) -> tuple[Leave | Refusal, GateModel]:
        """May a call start now? The same leave may be asked for again: its answer was lost."""
        known = self.open_leaves.get(leave_id)
        if known:
            return known.leave, self
        refusal = next(self._refusals(now), None)
        if refusal:
            return refusal, self
        webhook_id = next((name for name in webhook_ids if self._has_life(name)), None)
        if webhook_id is None:
            return refuse(RefusalReason.WEBHOOKS), self
        wait, tat = self.rules.rate.reserve(self.tat, now=now)
        if wait:
            return refuse(RefusalReason.RATE, wait), self
        return self._grant(leave_id, webhook_id, tat=tat, now=now)

    def report(
        self,
        leave_id: str,
        end: CallEnd,
        *,
        now: float,
        jitter: float,
        retry_after_seconds: float | None = None,
    ) -> GateModel:
        """Settle the leave. A second report, or one of a leave that nobody knows, does nothing."""
        known = self.open_leaves.get(leave_id)
        if known is None:
            return self
        gate = replace(self, open_leaves=_without(self.open_leaves, leave_id))
        if not end.is_charged:
            webhook_id = known.leave.webhook_id
            given_back = self.standing.charged(known.day, webhook_id, known.cost, sign=-1)
            gate = replace(gate, standing=given_back)
        if end is CallEnd.WEBHOOK_FULL:
            gate = replace(gate, full=gate.full | {known.leave.webhook_id})
        if end is CallEnd.RATE_LIMITED:
            pause = now + self.rules.pause(retry_after_seconds)
            gate = replace(gate, paused_until=max(gate.paused_until, pause))
        return replace(gate, breaker=_fed(gate.breaker, end, known.leave, now, jitter))

    def isolate(self, reason: str) -> GateModel:
        """Let nothing through until a person closes the breaker again."""
        return replace(self, isolated=reason)

    def close(self) -> GateModel:
        """Forget the isolation and every failure; a pause that Clay asked for stays."""
        closed = CircuitBreaker(rules=self.rules.breaker, generation=self.breaker.generation + 1)
        return replace(self, isolated="", breaker=closed)

    def _refusals(self, now: float) -> Iterator[Refusal]:
        if self.isolated:
            yield refuse(RefusalReason.ISOLATED, detail=self.isolated)
        pause = min(self.paused_until - now, self.rules.longest_pause_seconds)
        if pause > 0:
            yield refuse(RefusalReason.PAUSED, pause)
        may_call, _ = self.breaker.admit(now)
        if not may_call:
            yield refuse(RefusalReason.OPEN, (self.breaker.opens_again_at or now) - now)
        day, month = map(self.standing.of, periods(now))
        cost = in_credits(self.rules.charge)
        over = exceeded(self.rules.caps, cost, day=day, month=month)
        if over:
            yield refuse(RefusalReason.BUDGET, detail=over)

    def _has_life(self, webhook_id: str) -> bool:
        used = self.standing.webhooks.get(webhook_id, 0)
        return webhook_id not in self.full and used < self.rules.webhook_life

    def _grant(
        self, leave_id: str, webhook_id: str, *, tat: float, now: float
    ) -> tuple[Leave, GateModel]:
        _, breaker = self.breaker.admit(now)
        is_probe = breaker.state is BreakerState.HALF_OPEN
        leave = Leave(leave_id, webhook_id, breaker.generation, is_probe, now)
        day, _month = periods(now)
        reservation = Reservation(leave, day, self.rules.charge)
        return leave, replace(
            self,
            breaker=breaker,
            tat=tat,
            standing=self.standing.charged(day, webhook_id, reservation.cost),
            open_leaves={**self.open_leaves, leave_id: reservation},
        )


def _fed(
    breaker: CircuitBreaker, end: CallEnd, leave: Leave, now: float, jitter: float
) -> CircuitBreaker:
    match end.feed(is_probe=leave.is_probe):
        case Feed.GOOD:
            return breaker.on_success(now, generation=leave.generation)
        case Feed.BAD:
            return breaker.on_failure(now, jitter, generation=leave.generation)
        case Feed.FREE if breaker.generation == leave.generation:
            return replace(breaker, probe_started_at=None)
    return breaker


def _without(leaves: Mapping[str, Reservation], leave_id: str) -> dict[str, Reservation]:
    return {name: known for name, known in leaves.items() if name != leave_id}
