"""What the reports call things, gathered so that the page calls them the same.

Sentences with a number in them are taken from the report with a number that stands out, which is
then replaced by a name in braces.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from clay_arch.decision.answers import Answers, Volume
from clay_arch.decision.evaluate import decide
from clay_arch.decision.matrix import Interval
from clay_arch.decision.rejected import rejections
from clay_arch.questions import QUESTIONS, flag_of
from clay_arch.report.conditions import option_condition
from clay_arch.report.limits import limit_clauses
from clay_arch.report.phrases import asked, change_phrase, runnable
from clay_arch.report.words import duration, listed, number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clay_arch.decision.facts import Facts
    from clay_arch.decision.limits import Limit
    from clay_arch.decision.matrix import Matrix, Rule, Variant

__all__ = ["admitting", "calling", "clause", "flags", "rule_words", "running"]

_DAY, _NEEDED = 987_654, 123_457
_TRANSPORTS = ("webhook", "csv")


def rule_words(matrix: Matrix, rule: Rule) -> dict[str, str]:
    """A rule in words. What a number asks for holds the number, so only an option has its noun,
    and the condition under which it would change the answer.
    """
    words = {"asks": matrix.variant(rule.simplest).title, "because": rule.because}
    if isinstance(rule.when, Interval):
        return words
    condition = option_condition(matrix, rule.factor, rule.when)
    return {**words, "noun": asked(rule.factor, rule.when), "condition": condition}


def running(matrix: Matrix, variant: Variant) -> dict[str, str]:
    """What a variant is called as the one to run, by transport."""
    return {transport: runnable(matrix, variant.id, transport) for transport in _TRANSPORTS}


def clause(limit: Limit) -> str:
    """What happens at a limit, with `{day}`, `{needed}` and `{wanted}` to be filled in."""
    day = None if limit.day is None else _DAY
    (said,) = limit_clauses([limit._replace(day=day, needed=Decimal(_NEEDED))])
    for text, name in (
        (number(_DAY), "{day}"),
        (duration(_NEEDED), "{wanted}"),
        (number(_NEEDED), "{needed}"),
    ):
        said = said.replace(text, name)
    return said


def flags() -> dict[str, Any]:
    """The flags of the command line: one for each option, or one that takes the text after it."""
    return {
        question.key: {
            option: " ".join(_flag_words(question.key, option)) for option in question.options
        }
        or question.flag
        for question in QUESTIONS
    }


def _flag_words(key: str, option: str) -> tuple[str, ...]:
    flag, takes_text = flag_of(key, option)
    return (flag, option) if takes_text else (flag,)


def admitting(matrix: Matrix, facts: Facts, variant: Variant) -> dict[str, str]:
    """For each rule that a variant fails, the smallest change after which it would do."""
    rank = matrix.rank(variant.id)
    return {
        rule.id: _change(matrix, facts, variant, _meeting(rule))
        for factor in matrix.factors
        for rule in factor.rules
        if matrix.rank(rule.simplest) > rank
    }


def calling(matrix: Matrix, facts: Facts, variant: Variant) -> list[str]:
    """For each rule of the volume, what would call for a variant that is more than needed."""
    return [
        _change(matrix, facts, variant, _meeting(rule)) for rule in matrix.factor("volume").rules
    ]


def _meeting(rule: Rule) -> Answers:
    """Answers that meet this rule, and otherwise ask for nothing."""
    value = rule.when.low if isinstance(rule.when, Interval) else rule.when
    answers = Answers(Volume(1), "", frozenset())
    if rule.factor == "volume":
        return answers._replace(volume=Volume(max(1, int(value))))
    return answers.with_value(rule.factor, value)


def _change(matrix: Matrix, facts: Facts, variant: Variant, answers: Answers) -> str:
    """The change that would make `variant` do, or be called for, as a noun; empty for none."""
    fit = decide(matrix, facts, answers).variant
    rejected: Sequence[Any] = rejections(matrix, answers, fit)
    changes = next((other.changes for other in rejected if other.variant == variant.id), ())
    return listed([change_phrase(matrix, answers, change) for change in changes])
