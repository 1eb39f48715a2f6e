"""Why not the others: for each variant that is not the answer, what it would take.

Pure, like everything in this package.
"""

from collections.abc import Sequence
from typing import NamedTuple

from clay_arch.decision.answers import Answers
from clay_arch.decision.evaluate import matched_rules, missing
from clay_arch.decision.matrix import Factor, Interval, Matrix

__all__ = ["Change", "Rejection", "rejections"]


class Change(NamedTuple):
    """One input and the value nearest to its present one that would do."""

    input: str
    value: int | str | bool


class Rejection(NamedTuple):
    """A variant that is not the answer: its first failing condition and what would admit it.

    `rule` is None for a variant that would do but is more than the workload needs.
    `changes`, all of them together, are the smallest change after which it would do; there are
    none where nothing would. (An even simpler variant may then do as well, and be the answer.)
    `lacks` names the requirements that would still block it.
    """

    variant: str
    rule: str | None
    changes: tuple[Change, ...]
    lacks: tuple[str, ...]


def rejections(matrix: Matrix, answers: Answers, fit: str) -> tuple[Rejection, ...]:
    """One rejection for each variant other than `fit`, simplest first."""
    return tuple(
        _too_little(matrix, answers, variant.id)
        if matrix.rank(variant.id) < matrix.rank(fit)
        else _too_much(matrix, answers, variant.id)
        for variant in matrix.variants
        if variant.id != fit
    )


def _too_little(matrix: Matrix, answers: Answers, variant: str) -> Rejection:
    rank = matrix.rank(variant)
    rules = matched_rules(matrix, answers)
    failing = [(rule, value) for rule, value in rules if matrix.rank(rule.simplest) > rank]
    changes: list[Change] = []
    for rule, value in failing:
        factor = matrix.factor(rule.factor)
        admitted = [r.when for r in factor.rules if matrix.rank(r.simplest) <= rank]
        if not admitted:
            return Rejection(variant, failing[0][0].id, (), _lacks(matrix, answers, variant))
        changes.append(Change(factor.id, _nearest(factor, admitted, value)))
    return Rejection(variant, failing[0][0].id, tuple(changes), _lacks(matrix, answers, variant))


def _too_much(matrix: Matrix, answers: Answers, variant: str) -> Rejection:
    """Any one factor can ask for more: take the first that can, the volume as a rule."""
    changes: tuple[Change, ...] = ()
    for factor in matrix.factors:
        asking = [rule.when for rule in factor.rules if rule.simplest == variant]
        if asking:
            changes = (Change(factor.id, _nearest(factor, asking, answers.value_of(factor.id))),)
            break
    return Rejection(variant, None, changes, _lacks(matrix, answers, variant))


def _lacks(matrix: Matrix, answers: Answers, variant: str) -> tuple[str, ...]:
    return tuple(blocker.rule for blocker in missing(matrix, variant, answers))


def _nearest(
    factor: Factor, wanted: Sequence[Interval | str], current: int | str | None
) -> int | str:
    """The wanted value nearest to the current one; the least demanding where there is none."""
    if factor.options:
        position = factor.options.index(str(current)) if current is not None else 0
        options = [str(option) for option in wanted]
        return min(options, key=lambda option: abs(factor.options.index(option) - position))
    intervals = [interval for interval in wanted if isinstance(interval, Interval)]
    if current is None:
        widest = intervals[-1]
        return widest.low if widest.high is None else widest.high - 1
    number = int(current)
    return min((_clamp(number, i) for i in intervals), key=lambda end: abs(end - number))


def _clamp(number: int, interval: Interval) -> int:
    if number < interval.low:
        return interval.low
    return number if interval.high is None else min(number, interval.high - 1)
