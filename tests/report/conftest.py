"""The troubles, and recommendations to render: one that is asked for and many from all over."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest

from clay_arch.decision.answers import Answers, Volume, parse_volume
from clay_arch.decision.audit import all_cells
from clay_arch.decision.recommend import Recommendation, recommend
from clay_arch.decision.troubles import Trouble, parse_troubles
from clay_arch.load import load_packaged

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from clay_arch.decision.facts import Facts
    from clay_arch.decision.matrix import Matrix

    Ask = Callable[..., Recommendation]

SAMPLES = 120


@pytest.fixture(scope="session", name="troubles")
def _troubles() -> tuple[Trouble, ...]:
    return parse_troubles(load_packaged("troubles"))


@pytest.fixture(scope="session", name="ask")
def _ask(matrix: Matrix, facts: Facts) -> Ask:
    """`ask("12000", "free")`: a recommendation for a volume, a plan, infrastructure and needs."""

    def ask(volume: str, plan: str, *infrastructure: str, **needs: Any) -> Recommendation:
        answers = Answers(parse_volume(volume), plan, frozenset(infrastructure), **needs)
        return recommend(matrix, facts, answers)

    return ask


@pytest.fixture(scope="session", name="sampled")
def _sampled(matrix: Matrix, facts: Facts) -> list[Recommendation]:
    """Recommendations from all over the answer space, its numbers varied as well."""
    chance = Random(20)
    cells = chance.sample(list(all_cells(matrix)), SAMPLES)
    return [recommend(matrix, facts, _varied(cell, chance)) for cell in cells]


def _varied(answers: Answers, chance: Random) -> Answers:
    """The cell with another period and other figures, each of them now and then."""
    period = chance.choice(["day", "day", "month", "year"])
    days = {"day": 1, "month": 30, "year": 365}[period]
    amount = answers.volume.amount * days + chance.choice([0, 0, 1, 7])
    return answers._replace(
        volume=Volume(amount, period),
        max_latency=chance.choice([None, None, 1, 30, 90, 3_599, 3_600, 86_400]),
        own_keys=chance.random() < 0.2,
        actions_per_lead=chance.choice([None, None, 0, 1, 9]),
        monthly_credits=chance.choice([None, None, 0, 1, 250_000]),
        monthly_actions=chance.choice([None, None, 0, 1, 250_000]),
    )
