"""Under what condition a flip happens: the first half of its sentence."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from clay_arch.report.phrases import input_name, plan_phrase
from clay_arch.report.words import counted, duration, number

if TYPE_CHECKING:
    from clay_arch.decision.answers import Answers
    from clay_arch.decision.flips import Flip
    from clay_arch.decision.matrix import Matrix
    from clay_arch.decision.recommend import Recommendation

__all__ = ["condition_of", "option_condition"]

_OPTIONS = {
    ("data_access", "csv"): "If a CSV export is enough",
    ("data_access", "callback"): "If results must come back by callback",
    ("retry", "manual"): "If retries by hand are enough",
    ("retry", "in-app"): "If the running program must retry by itself",
    ("retry", "automatic"): "If retries must survive a crash",
    ("crm_sync", "native"): "If Clay's native action feeds the CRM",
    ("crm_sync", "http"): "If the CRM is fed over HTTP",
    ("sources", "one"): "With a single lead source",
    ("sources", "several"): "With several lead sources",
    ("own_keys", "True"): "With your own provider keys",
    ("own_keys", "False"): "Without your own provider keys",
}
_UNITS = {
    "credits_per_lead": ("credit", "per lead"),
    "actions_per_lead": ("action", "per lead"),
    "monthly_credits": ("credit", "a month"),
    "monthly_actions": ("action", "a month"),
}


def condition_of(recommendation: Recommendation, flip: Flip) -> str:
    """The first half of a flip's sentence, up to its comma or its *and*."""
    name, matrix = flip.input, recommendation.matrix
    if name == "volume":
        return _volume(recommendation.answers, flip)
    if name == "max_latency":
        return _latency(flip)
    if name in _UNITS:
        return _amount(flip)
    if name == "plan":
        return f"On the {plan_phrase(matrix, str(flip.value))} plan,"
    if name in {piece.id for piece in matrix.infrastructure}:
        return f"{'With' if flip.value else 'Without'} {input_name(matrix, name)},"
    return option_condition(matrix, name, str(flip.value))


def option_condition(matrix: Matrix, name: str, value: str) -> str:
    """The same for an input that is answered by one of a few words."""
    fallback = f"With {input_name(matrix, name)} {value}"
    return f"{_OPTIONS.get((name, value), fallback)},"


def _volume(answers: Answers, flip: Flip) -> str:
    period = answers.volume.period
    amount = int(str(flip.value).partition("/")[0])
    change = amount - answers.volume.amount
    word = "more" if change > 0 else "fewer"
    return f"{number(abs(change))} {word} a {period} ({number(amount)}) and"


def _latency(flip: Flip) -> str:
    seconds = int(str(flip.value).removesuffix("s"))
    if flip.direction == "down":
        return f"If results are needed in less than {duration(seconds + 1)},"
    return f"If results may take {duration(seconds)} or more,"


def _amount(flip: Flip) -> str:
    value = Decimal(str(flip.value))
    noun, per = _UNITS[flip.input]
    if value == 0:
        return f"With no {noun}s {per},"
    bound = "or more" if flip.direction == "up" else "or fewer"
    return f"With {counted(value, noun)} {per} {bound},"
