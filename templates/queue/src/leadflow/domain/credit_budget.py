"""Caps on credits and actions, per day and per month, by UTC's calendar.

Each lead reserves the owner's stated worst case before it is sent; what is promised is that never
a reserved credit exceeds a cap. What Clay truly charges, only Clay knows.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

__all__ = ["Caps", "Cost", "exceeded", "periods"]


class Caps(NamedTuple):
    """The most that may be reserved in a period; None for no cap."""

    daily_credits: float | None = None
    monthly_credits: float | None = None
    daily_actions: float | None = None
    monthly_actions: float | None = None


class Cost(NamedTuple):
    """What one lead may cost at most; or what a period has reserved so far."""

    credits: float
    actions: int


def periods(now: float) -> tuple[str, str]:
    """Name the day and the month, as ("2026-11-23", "2026-11")."""
    day = datetime.fromtimestamp(now, UTC).date().isoformat()
    return day, day[:7]


def exceeded(caps: Caps, cost: Cost, *, day: Cost, month: Cost) -> str | None:
    """Say which cap one more lead would go over, if any; `day` and `month` are what is reserved.

    Compared by the thousandth, which is what the store keeps: 0.1 and 0.2 fit into 0.3.
    """
    checks = (
        ("DAILY_CREDIT_CAP", caps.daily_credits, day.credits, cost.credits),
        ("MONTHLY_CREDIT_CAP", caps.monthly_credits, month.credits, cost.credits),
        ("DAILY_ACTION_CAP", caps.daily_actions, day.actions, cost.actions),
        ("MONTHLY_ACTION_CAP", caps.monthly_actions, month.actions, cost.actions),
    )
    for setting, cap, used, more in checks:
        if cap is not None and round(used + more, 3) > cap:
            return _sentence(setting, cap, used, more)
    return None


def _sentence(setting: str, cap: float, used: float, more: float) -> str:
    unit = "credits" if "CREDIT" in setting else "actions"
    reset = "midnight" if setting.startswith("DAILY") else "the end of the month"
    return (
        f"{setting} is reached: {used:,g} of {cap:,g} {unit} are reserved, and a lead needs "
        f"{more:,g}; nothing is lost: raise it, or run the same command again after {reset} (UTC)"
    )
