"""Clay's limits as steps and coefficients, so that a page only compares and multiplies. Pure.

Where a verdict begins is found by asking the engine: along a measure, such as the credits of a
month, a verdict only ever gets worse, so that bisection finds each of its steps exactly.
"""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from clay_arch.decision import limits as limit_of
from clay_arch.decision.answers import (
    DAYS_PER_MONTH,
    LARGEST_CREDITS_PER_LEAD,
    LARGEST_LATENCY_SECONDS,
    LARGEST_VOLUME,
    PERIOD_DAYS,
    Answers,
    Volume,
)
from clay_arch.decision.inputs import LARGEST_ACTIONS_PER_LEAD, first_change

if TYPE_CHECKING:
    from collections.abc import Callable

    from clay_arch.decision.facts import Facts
    from clay_arch.decision.limits import Limit

__all__ = ["HUNDREDTHS", "Meter", "Step", "compile_meter"]

HUNDREDTHS = 100
_MOST_A_MONTH = LARGEST_VOLUME * (DAYS_PER_MONTH + 1)
_HIGHEST = {
    "credits": _MOST_A_MONTH * int(LARGEST_CREDITS_PER_LEAD) * HUNDREDTHS,
    "actions": _MOST_A_MONTH * LARGEST_ACTIONS_PER_LEAD,
    "latency": LARGEST_LATENCY_SECONDS,
}


class Step(NamedTuple):
    """The limit, as the engine judges it, from the end of the step before up to `up_to`."""

    up_to: int | None
    limit: Limit


class Meter(NamedTuple):
    """One limit on one plan.

    The measure is what is needed: hundredths of a credit or actions of a month, times `factor`;
    seconds; or else the leads of a period, each of which has its own steps. `steps` are by period,
    and under the empty name where the period does not matter. The day on which the limit is
    reached is `fill`, times the days of the period, divided by the measure and rounded up.
    """

    limit: Limit
    factor: int
    fill: int
    steps: dict[str, tuple[Step, ...]]


def compile_meter(name: str, facts: Facts, plan: str, *, has_callback: bool) -> Meter:
    """The meter of the limit of that id."""
    judged = _judges(has_callback=has_callback)[name]

    def judge(period: str, point: int) -> Limit:
        return judged(facts, _answers(name, plan, point, period))

    one = judge("month", 1)
    periods = ("",) if name in _HIGHEST else tuple(PERIOD_DAYS)
    return Meter(
        limit=one,
        factor=int(one.needed > 0),
        fill=(one.allowed or 0) * _FILLS.get(name, 0),
        steps={period: _steps(partial(judge, period), *_span(name, period)) for period in periods},
    )


def _judges(*, has_callback: bool) -> dict[str, Callable[[Facts, Answers], Limit]]:
    return {
        "credits": limit_of.data_credits,
        "actions": partial(limit_of.actions, has_callback=has_callback),
        "rows": limit_of.rows,
        "webhook_life": limit_of.webhook_life,
        "rate": partial(limit_of.rate, has_callback=has_callback),
        "latency": limit_of.latency,
    }


def _span(name: str, period: str) -> tuple[int, int]:
    """The least and the largest measure. A month's need can be nothing; leads and seconds not."""
    lowest = 0 if name in {"credits", "actions"} else 1
    return lowest, _HIGHEST.get(name) or LARGEST_VOLUME * PERIOD_DAYS[period]


# A month's allowance is used up in the days of a month; a lifetime's lasts for as many leads as it
# allows. The rate is exceeded from the first day on.
_FILLS = {
    "credits": DAYS_PER_MONTH * HUNDREDTHS,
    "actions": DAYS_PER_MONTH,
    "rows": 1,
    "webhook_life": 1,
}


def _answers(name: str, plan: str, point: int, period: str) -> Answers:
    """Answers whose measure of that limit is `point`."""
    if name == "latency":
        return Answers(Volume(1), plan, frozenset(), max_latency=point)
    return Answers(
        Volume(point, period or "month"),
        plan,
        frozenset(),
        credits_per_lead=Decimal(1) / HUNDREDTHS,
        actions_per_lead=1,
    )


def _steps(judge: Callable[[int], Limit], lowest: int, highest: int) -> tuple[Step, ...]:
    steps: list[Step] = []
    start: int | None = lowest
    while start is not None:
        here = judge(start)
        start = first_change([(start, highest)], partial(_differs, judge, here))
        steps.append(Step(None if start is None else start - 1, here))
    return tuple(steps)


def _differs(judge: Callable[[int], Limit], here: Limit, point: int) -> bool:
    there = judge(point)
    return (here.verdict, here.way, here.day is None) != (
        there.verdict,
        there.way,
        there.day is None,
    )
