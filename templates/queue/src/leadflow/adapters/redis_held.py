"""The gate's hashes, as the domain's value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from leadflow.adapters.redis_terms import seconds
from leadflow.domain.circuit_breaker import BreakerState
from leadflow.domain.credit_budget import Cost
from leadflow.domain.gate_held import Held
from leadflow.domain.standing import Standing

__all__ = ["budget_fields", "read_held"]

AMOUNTS = ("credits", "actions")


def budget_fields(budget: Mapping[str, Cost]) -> dict[str, int]:
    return {
        f"{period}:{what}": int(amount)
        for period, cost in budget.items()
        for what, amount in cost._asdict().items()
    }


def read_held(answer: Sequence[Any]) -> Held:
    """Read what show.lua returns: the time, the server, and four hashes as flat lists."""
    now, server_id, *flat = answer
    gate, breaker, budget, webhooks = (
        dict(zip(pairs[::2], pairs[1::2], strict=True)) for pairs in flat
    )
    used = {name: int(count) for name, count in _named(webhooks, "used:").items()}
    return Held(
        now=seconds(now),
        server_id=server_id,
        standing=Standing(_costs(budget), used),
        full_webhooks=frozenset(_named(webhooks, "full:")),
        epoch=_whole_mark(gate, breaker, budget, webhooks),
        sequence=int(gate.get("sequence", 0)),
        verified_for=gate.get("verified", ""),
        condemned=gate.get("condemned", ""),
        isolated=gate.get("isolated", ""),
        paused_until=seconds(gate.get("paused_until", 0)),
        breaker=BreakerState(breaker.get("state", BreakerState.CLOSED)),
        generation=int(breaker.get("generation", 0)),
        failures_in_a_row=int(breaker.get("failures_in_a_row", 0)),
        open_until=seconds(breaker.get("open_until", 0)),
        probe_started_at=seconds(breaker.get("probe_started_at", 0)),
    )


def _whole_mark(*hashes: Mapping[str, str]) -> str:
    """One mark in all of them, or none: then one of them is gone."""
    marks = {found.get("epoch", "") for found in hashes}
    return marks.pop() if len(marks) == 1 else ""


def _costs(budget: Mapping[str, str]) -> dict[str, Cost]:
    periods = {name.partition(":")[0] for name in budget if name.endswith(AMOUNTS)}
    return {
        period: Cost(*(int(budget.get(f"{period}:{what}", 0)) for what in AMOUNTS))
        for period in periods
    }


def _named(webhooks: Mapping[str, str], prefix: str) -> dict[str, str]:
    return {
        field.removeprefix(prefix): value
        for field, value in webhooks.items()
        if field.startswith(prefix)
    }
