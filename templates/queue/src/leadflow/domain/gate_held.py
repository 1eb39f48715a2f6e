"""What the gate holds, as of one moment: to be looked at, and compared with the ledger."""

from __future__ import annotations

from typing import NamedTuple

from leadflow.domain.circuit_breaker import BreakerState
from leadflow.domain.credit_budget import Caps, Cost, exceeded, periods
from leadflow.domain.standing import Standing

__all__ = ["Held", "spent"]


class Held(NamedTuple):
    """Times are the server's, in seconds since 1970; 0 for none."""

    now: float
    server_id: str  # another one after each start of the server
    standing: Standing
    full_webhooks: frozenset[str]
    epoch: str = ""  # the mark of the last `leadflow gate init`; "" for none
    sequence: int = 0  # counts the changes
    verified_for: str = ""  # the start of the server since which the numbers were compared
    condemned: str = ""  # why they must not be believed
    isolated: str = ""  # the reason a person gave
    paused_until: float = 0.0
    breaker: BreakerState = BreakerState.CLOSED
    generation: int = 0
    failures_in_a_row: int = 0
    open_until: float = 0.0
    probe_started_at: float = 0.0


def spent(held: Held, caps: Caps, cost: Cost) -> str:
    """Say which cap the next call would go over, by the server's clock; "" for none."""
    day, month = periods(held.now)
    of_day, of_month = held.standing.of(day), held.standing.of(month)
    return exceeded(caps, cost, day=of_day, month=of_month) or ""
