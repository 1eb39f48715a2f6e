"""The table of the factors: what was given, which rule it met and what that asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from clay_arch.report.phrases import plan_phrase, value_phrase, volume_phrase
from clay_arch.report.words import uncapitalised

if TYPE_CHECKING:
    from clay_arch.decision.evaluate import Reason
    from clay_arch.decision.matrix import Named, Requirement
    from clay_arch.decision.recommend import Recommendation

__all__ = ["FACTOR_COLUMNS", "FactorRow", "factor_rows", "open_factors"]

FACTOR_COLUMNS = ("Factor", "Given", "Rule", "Asks for")


class FactorRow(NamedTuple):
    """One line of the table. `variant` is the id of what is asked for, where it is a variant."""

    factor: str
    given: str
    rule: str
    asks_for: str
    variant: str | None = None


def factor_rows(recommendation: Recommendation) -> list[FactorRow]:
    """The answered factors in the order of the matrix, then plan and infrastructure."""
    matrix = recommendation.matrix
    reasons = {reason.factor: reason for reason in recommendation.decision.reasons}
    answered = [reasons[factor.id] for factor in matrix.factors if factor.id in reasons]
    return [
        *(_reason_row(recommendation, reason) for reason in answered),
        *_plan_rows(recommendation),
        *(_piece_row(recommendation, piece) for piece in matrix.infrastructure),
    ]


def open_factors(recommendation: Recommendation) -> list[str]:
    """The titles of the factors that nobody answered, which therefore ask for nothing."""
    answered = {reason.factor for reason in recommendation.decision.reasons}
    factors = recommendation.matrix.factors
    return [uncapitalised(factor.title) for factor in factors if factor.id not in answered]


def _reason_row(recommendation: Recommendation, reason: Reason) -> FactorRow:
    matrix = recommendation.matrix
    given = value_phrase(reason.factor, reason.value)
    if reason.factor == "volume":
        given = volume_phrase(recommendation.answers.volume)
    title = matrix.variant(reason.simplest).title
    return FactorRow(matrix.factor(reason.factor).title, given, reason.rule, title, reason.simplest)


def _plan_rows(recommendation: Recommendation) -> list[FactorRow]:
    given = plan_phrase(recommendation.matrix, recommendation.answers.plan)
    required = [need for need in _required(recommendation) if need.plans]
    if not required:
        return [FactorRow("Plan", given, "-", "nothing: any plan will do")]
    return [
        FactorRow("Plan", given, need.id, _state(recommendation, need, f"missing: {need.need}"))
        for need in required
    ]


def _piece_row(recommendation: Recommendation, piece: Named) -> FactorRow:
    given = "yes" if piece.id in recommendation.answers.infrastructure else "no"
    name = piece.title.removeprefix("a public ")
    need = next((n for n in _required(recommendation) if n.infrastructure == piece.id), None)
    if need is None:
        return FactorRow(name, given, "-", "nothing: not needed")
    return FactorRow(name, given, need.id, _state(recommendation, need, "missing"))


def _state(recommendation: Recommendation, need: Requirement, missing: str) -> str:
    blockers = {blocker.rule for blocker in recommendation.decision.blockers}
    return missing if need.id in blockers else "met"


def _required(recommendation: Recommendation) -> list[Requirement]:
    variant = recommendation.matrix.variant(recommendation.decision.variant)
    required = map(recommendation.matrix.requirement, variant.requires)
    return [requirement for requirement in required if _applies(recommendation, requirement)]


def _applies(recommendation: Recommendation, requirement: Requirement) -> bool:
    condition = requirement.when
    return condition is None or recommendation.answers.value_of(condition[0]) == condition[1]
