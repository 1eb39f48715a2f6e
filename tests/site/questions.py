"""Questions for the page and for the engine: random ones, and every boundary there is."""

from __future__ import annotations

from decimal import Decimal
from itertools import product
from random import Random
from typing import TYPE_CHECKING, Any

from clay_arch.chooser.meters import HUNDREDTHS, compile_meter
from clay_arch.decision.answers import (
    LARGEST_CREDITS_PER_LEAD,
    LARGEST_LATENCY_SECONDS,
    LARGEST_VOLUME,
    PERIOD_DAYS,
    Answers,
    Volume,
)
from clay_arch.decision.inputs import LARGEST_ACTIONS_PER_LEAD
from clay_arch.decision.matrix import Interval

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clay_arch.decision.facts import Facts
    from clay_arch.decision.matrix import Matrix

__all__ = ["as_page_answers", "questions"]

NEEDS = ("data_access", "max_latency", "retry", "crm_sync", "sources")
COSTS = (None, *map(Decimal, ("0", "0.01", "0.5", "1", "6", "20", "33.33", "10000")))
ACTIONS = (None, 0, 1, 4, 7, LARGEST_ACTIONS_PER_LEAD)


def questions(matrix: Matrix, facts: Facts, *, count: int, seed: int) -> list[Answers]:
    """Every boundary once, on every plan, and random questions up to `count`."""
    random = Random(seed)
    boundaries = [
        _random(matrix, random)._replace(volume=volume, plan=plan.id)
        for volume, plan in product(sorted(_volumes(matrix, facts)), matrix.plans)
    ]
    boundaries += _allowances(matrix, facts, random)
    boundaries += [
        _random(matrix, random)._replace(max_latency=seconds)
        for seconds in (1, 59, 60, 61, 3_599, 3_600, 3_601, LARGEST_LATENCY_SECONDS)
        for _ in range(20)
    ]
    return boundaries + [_random(matrix, random) for _ in range(count - len(boundaries))]


def _volumes(matrix: Matrix, facts: Facts) -> set[Volume]:
    """On both sides of where a rule or a limit begins, for each period; and both ends."""
    found = set()
    for period, days in PERIOD_DAYS.items():
        edges = {1, LARGEST_VOLUME * days}
        for rule in matrix.factor("volume").rules:
            if isinstance(rule.when, Interval):
                edges |= {rule.when.low * days - 1, rule.when.low * days}
        edges |= {edge for up_to in _steps(matrix, facts, period) for edge in (up_to, up_to + 1)}
        found |= {Volume(edge, period) for edge in edges if 1 <= edge <= LARGEST_VOLUME * days}
    return found


def _steps(matrix: Matrix, facts: Facts, period: str) -> Iterator[int]:
    for plan, name in product(matrix.plans, ("rows", "webhook_life", "rate")):
        for has_callback in (False, True):
            meter = compile_meter(name, facts, plan.id, has_callback=has_callback)
            yield from (step.up_to for step in meter.steps[period] if step.up_to is not None)


def _allowances(matrix: Matrix, facts: Facts, random: Random) -> list[Answers]:
    """A month that needs exactly what a plan holds or can buy, a little less and a little more."""
    found = []
    for plan, name in product(matrix.plans, ("credits", "actions")):
        meter = compile_meter(name, facts, plan.id, has_callback=False)
        for step in meter.steps[""]:
            if step.up_to:
                leads = step.up_to // HUNDREDTHS if name == "credits" else step.up_to
                found += [
                    _random(matrix, random)._replace(
                        volume=Volume(max(1, leads + offset), "month"),
                        plan=plan.id,
                        credits_per_lead=Decimal(1),
                        actions_per_lead=1,
                    )
                    for offset in (-1, 0, 1)
                ]
    return found


def _random(matrix: Matrix, random: Random) -> Answers:
    period = random.choice(list(PERIOD_DAYS))
    most = LARGEST_VOLUME * PERIOD_DAYS[period]
    amount = min(most, round(10 ** random.uniform(0, len(str(most)) - 1)))
    options = {factor.id: factor.options for factor in matrix.factors if factor.options}
    pieces = [piece.id for piece in matrix.infrastructure if random.random() < 0.5]
    answers = Answers(
        volume=Volume(max(1, amount), period),
        plan=random.choice(matrix.plans).id,
        infrastructure=frozenset(pieces),
        max_latency=random.choice((None, random.randint(1, 7_200), random.randint(1, 90))),
        credits_per_lead=random.choice((*COSTS, _hundredths(random))),
        actions_per_lead=random.choice((*ACTIONS, random.randint(0, LARGEST_ACTIONS_PER_LEAD))),
    )
    for need, values in options.items():
        answers = answers.with_value(need, random.choice((None, *values)))
    return answers


def _hundredths(random: Random) -> Decimal:
    return Decimal(random.randint(0, int(LARGEST_CREDITS_PER_LEAD) * HUNDREDTHS)) / HUNDREDTHS


def as_page_answers(answers: Answers) -> dict[str, Any]:
    """The same question as the page's script holds it."""
    spent = answers.credits_per_lead
    return {
        "amount": answers.volume.amount,
        "period": answers.volume.period,
        "plan": answers.plan,
        "infra": sorted(answers.infrastructure),
        **{need: getattr(answers, need) for need in NEEDS},
        "credits_per_lead": None if spent is None else int(spent * HUNDREDTHS),
        "actions_per_lead": answers.actions_per_lead,
    }
