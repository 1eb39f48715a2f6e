"""What has been reserved, and whether the gate's count can be true.

The ledger charges a lead only after the gate has, and gives back before the gate does, so Redis
never counts less than the ledger. Where it does, it was flushed or restored from an older copy.

Whole sums over all days are compared, not the days: around midnight the worker's clock and the
server's may name two.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

from leadflow.domain.credit_budget import Cost

__all__ = ["Standing", "in_credits", "shortfall", "thousandths"]

DAY, MONTH = len("2026-11-23"), len("2026-11")
NOTHING = Cost(0, 0)


def thousandths(credits_: float) -> int:
    """Whole numbers add up exactly."""
    return math.ceil(round(credits_ * 1_000, 6))


def in_credits(cost: Cost) -> Cost:
    return Cost(cost.credits / 1_000, cost.actions)


class Standing(NamedTuple):
    """What is taken, by period ("2026-11-23", "2026-11") and by webhook."""

    budget: Mapping[str, Cost]  # credits in thousandths
    webhooks: Mapping[str, int]  # submissions of its life

    def charged(self, day: str, webhook_id: str, cost: Cost, *, sign: int = +1) -> Standing:
        """Take one call's worst case from the day, its month and the webhook, or give it back."""
        budget = dict(self.budget)
        for period in (day, day[:MONTH]):
            before = budget.get(period, NOTHING)
            budget[period] = Cost(
                before.credits + sign * cost.credits, before.actions + sign * cost.actions
            )
        used = {**self.webhooks, webhook_id: self.webhooks.get(webhook_id, 0) + sign}
        return Standing(budget, used)

    def of(self, period: str) -> Cost:
        """What a period has reserved, in credits and actions."""
        return in_credits(self.budget.get(period, NOTHING))

    @property
    def total(self) -> Cost:
        """Everything that was ever reserved and not given back."""
        days = [cost for period, cost in self.budget.items() if len(period) == DAY]
        return Cost(sum(day.credits for day in days), sum(day.actions for day in days))


def shortfall(*, shared: Standing, ledger: Standing) -> str | None:
    """Say where Redis counts less than the ledger; None when it can be believed."""
    for webhook_id, used in ledger.webhooks.items():
        counted = shared.webhooks.get(webhook_id, 0)
        if counted < used:
            return f"webhook {webhook_id}: {counted:,} submissions of {used:,} in the ledger"
    if shared.total.credits < ledger.total.credits:
        counted_credits, charged = in_credits(shared.total), in_credits(ledger.total)
        return f"{counted_credits.credits:,g} credits of {charged.credits:,g} in the ledger"
    if shared.total.actions < ledger.total.actions:
        return f"{shared.total.actions:,} actions of {ledger.total.actions:,} in the ledger"
    return None
