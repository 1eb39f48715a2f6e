"""The gate as a document: what lets calls through or holds them, and what is left of everything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from leadflow.domain.circuit_breaker import BreakerState
from leadflow.domain.credit_budget import Caps, Cost, periods
from leadflow.domain.gate_held import Held, spent

__all__ = ["STATES", "GateTerms", "as_document", "budget_lines", "webhook_lines"]

STATES = {  # what each means, and what to do
    "closed": "calls go through",
    "half-open": "one call at a time goes through, to see",
    "open": "no call goes through until Clay is tried again",
    "spent": "no call goes through until the next day or month begins, or a cap is raised",
    "paused": "no call goes through until the pause has passed that Clay asked for",
    "isolated": "shut by hand; `leadflow gate close` lets calls through again",
    "older": "Redis counts less than was sent; `leadflow gate init` corrects it from the ledger",
    "uninitialised": "Redis holds no numbers; `leadflow gate init` puts them there",
}
OF_ANOTHER_TIME = "the mark in Redis is not the ledger's"


@dataclass(frozen=True, slots=True)
class GateTerms:
    """What the gate's numbers are held against. A webhook's label is the end of its URL."""

    caps: Caps
    cost: Cost  # of one lead, at worst
    webhook_life: int
    webhook_labels: Mapping[str, str]


def as_document(held: Held, terms: GateTerms, *, mark: str) -> dict[str, Any]:
    """Everything that `leadflow gate show` knows; times are seconds since 1970, or null.

    `mark` is what the ledger has for the gate's numbers; "" while none were put there for good.
    """
    over = spent(held, terms.caps, terms.cost)
    state = _state(held, mark, over)
    is_of_another_time = state == "older" and not held.condemned
    reason = over if state == "spent" else held.condemned or held.isolated
    return {
        "state": state,
        "reason": OF_ANOTHER_TIME if is_of_another_time else reason,
        "paused_until": held.paused_until if held.paused_until > held.now else None,
        "breaker": str(held.breaker),
        "failures_in_a_row": held.failures_in_a_row,
        "open_until": held.open_until or None,
        "probe_started_at": held.probe_started_at or None,
        "mark": held.epoch,
        "changes": held.sequence,
        "is_compared": held.verified_for == held.server_id,
        "budget": list(budget_lines(held, terms)),
        "webhooks": list(webhook_lines(held, terms)),
    }


def budget_lines(held: Held, terms: GateTerms) -> Iterator[dict[str, Any]]:
    """What is reserved on this day and in this month, by the server's clock."""
    for kind in ("credits", "actions"):
        for name, period in zip(("daily", "monthly"), periods(held.now), strict=True):
            reserved = getattr(held.standing.of(period), kind)
            cap = getattr(terms.caps, f"{name}_{kind}")
            left = None if cap is None else max(0.0, cap - reserved)
            yield {
                "what": kind,
                "period": period,
                "reserved": reserved,
                "cap": cap,
                "left": left,
            }


def webhook_lines(held: Held, terms: GateTerms) -> Iterator[dict[str, Any]]:
    """The life of each webhook that the settings name."""
    for webhook_id, label in terms.webhook_labels.items():
        used = held.standing.webhooks.get(webhook_id, 0)
        yield {
            "webhook": label,
            "used": used,
            "life": terms.webhook_life,
            "left": max(0, terms.webhook_life - used),
            "is_full": webhook_id in held.full_webhooks,
        }


def _state(held: Held, mark: str, over: str) -> str:
    """The first of the reasons that hold every call back, or what the breaker says."""
    if not held.epoch:
        return "uninitialised"
    if held.condemned or (mark and held.epoch != mark):
        return "older"
    if held.isolated:
        return "isolated"
    if held.paused_until > held.now:
        return "paused"
    return _breaker(held, over)


def _breaker(held: Held, over: str) -> str:
    if held.breaker is BreakerState.OPEN and held.open_until > held.now:
        return str(held.breaker)
    if over:
        return "spent"
    if held.breaker is BreakerState.OPEN:
        return str(BreakerState.HALF_OPEN)  # the next to ask is a probe
    return str(held.breaker)
