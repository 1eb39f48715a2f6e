"""The numeric inputs as grids of whole steps, so that a search along them can be exact. Pure."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import NamedTuple

from clay_arch.decision.answers import (
    LARGEST_CREDITS_PER_LEAD,
    LARGEST_LATENCY_SECONDS,
    LARGEST_VOLUME,
    PERIOD_DAYS,
    Answers,
)
from clay_arch.decision.evaluate import calls_back
from clay_arch.decision.facts import Facts
from clay_arch.decision.limits import actions_per_lead, credits_per_lead
from clay_arch.decision.matrix import Interval, Matrix
from clay_arch.decision.verdict import Verdict

__all__ = ["NumericInput", "first_change", "numeric_inputs"]

Stretch = tuple[int, int]

LARGEST_ALLOWANCE = 10**12
LARGEST_ACTIONS_PER_LEAD = 1_000
HUNDREDTH = Decimal("0.01")


class NumericInput(NamedTuple):
    """One numeric input: its grid from `lowest` to `highest` and where it stands on it.

    `breaks` are the grid points at which another rule begins. `current` is None when the present
    answer equals no stated value, as with an unpublished allowance. `set_to` gives the answers
    with the input moved to a grid point; `show` gives the value that a person would write.
    """

    id: str
    current: int | None
    lowest: int
    highest: int
    breaks: tuple[int, ...]
    set_to: Callable[[Answers, int], Answers]
    show: Callable[[int], int | Decimal | str] = int

    def above(self) -> list[Stretch]:
        """The stretches from one break to the next above the present point, nearest first."""
        first = (self.current or 0) + 1
        starts = [first, *(b for b in self.breaks if b > first)]
        ends = [*(start - 1 for start in starts[1:]), self.highest]
        return [(near, far) for near, far in zip(starts, ends, strict=True) if near <= far]

    def below(self) -> list[Stretch]:
        """The stretches below the present point, nearest first, each from its near end."""
        last = (self.current or 0) - 1
        lows = [self.lowest, *(b for b in self.breaks if b <= last)]
        highs = [*(low - 1 for low in lows[1:]), last]
        return [(near, far) for far, near in zip(lows, highs, strict=True) if far <= near][::-1]


def first_change(stretches: list[Stretch], differs: Callable[[int], bool]) -> int | None:
    """The first point that differs, where each stretch turns from same to different but once."""
    for near, far in stretches:
        if differs(near):
            return near
        if differs(far):
            return _bisect(near, far, differs)
    return None


def _bisect(same: int, different: int, differs: Callable[[int], bool]) -> int:
    while abs(different - same) > 1:
        middle = (same + different) // 2
        same, different = (same, middle) if differs(middle) else (middle, different)
    return different


def numeric_inputs(
    matrix: Matrix, facts: Facts, answers: Answers, here: Verdict
) -> Iterator[NumericInput]:
    """Each numeric input of these answers, `here` being the verdict on them."""
    yield _volume(matrix, answers)
    yield NumericInput(
        id="max_latency",
        current=answers.max_latency or LARGEST_LATENCY_SECONDS,
        lowest=1,
        highest=LARGEST_LATENCY_SECONDS,
        breaks=_starts(matrix, "max_latency"),
        set_to=lambda a, seconds: a._replace(max_latency=seconds),
        show=lambda seconds: f"{seconds}s",
    )
    yield NumericInput(
        id="credits_per_lead",
        current=int(credits_per_lead(facts, answers._replace(own_keys=False)) / HUNDREDTH),
        lowest=0,
        highest=int(LARGEST_CREDITS_PER_LEAD / HUNDREDTH),
        breaks=(),
        set_to=lambda a, hundredths: a._replace(credits_per_lead=hundredths * HUNDREDTH),
        show=lambda hundredths: hundredths * HUNDREDTH,
    )
    has_callback = calls_back(matrix, here.decision.variant)
    yield NumericInput(
        id="actions_per_lead",
        current=actions_per_lead(facts, answers, has_callback=has_callback),
        lowest=0,
        highest=LARGEST_ACTIONS_PER_LEAD,
        breaks=(),
        set_to=lambda a, number: a._replace(actions_per_lead=number),
    )
    yield _allowance("monthly_credits", answers, facts.number(f"plan.{answers.plan}.credits"))
    yield _allowance("monthly_actions", answers, facts.number(f"plan.{answers.plan}.actions"))


def _volume(matrix: Matrix, answers: Answers) -> NumericInput:
    period = answers.volume.period
    days = PERIOD_DAYS[period]
    return NumericInput(
        id="volume",
        current=answers.volume.amount,
        lowest=1,
        highest=LARGEST_VOLUME * days,
        breaks=tuple(start * days for start in _starts(matrix, "volume")),
        set_to=lambda a, amount: a._replace(volume=a.volume._replace(amount=amount)),
        show=lambda amount: amount if period == "day" else f"{amount}/{period}",
    )


def _allowance(name: str, answers: Answers, published: int | None) -> NumericInput:
    stated: int | None = getattr(answers, name)
    return NumericInput(
        id=name,
        current=published if stated is None else stated,
        lowest=0,
        highest=LARGEST_ALLOWANCE,
        breaks=(),
        set_to=lambda a, number: a.with_value(name, number),
    )


def _starts(matrix: Matrix, factor_id: str) -> tuple[int, ...]:
    """Where the rules of a numeric factor begin, the first excepted, in rising order; nowhere for
    a factor that this matrix does without.
    """
    rules = next((factor.rules for factor in matrix.factors if factor.id == factor_id), ())
    lows = sorted(rule.when.low for rule in rules if isinstance(rule.when, Interval))
    return tuple(low for low in lows if low > 0)
