"""The architecture table: what each variant takes of each factor, requires and is like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clay_arch.report.phrases import plan_phrase
from clay_arch.report.words import capitalised, duration, listed, number

if TYPE_CHECKING:
    from clay_arch.decision.matrix import Factor, Interval, Matrix, Requirement, Variant

__all__ = ["ATTRIBUTES", "architecture_rows", "interval_phrase", "requirement_phrase"]

ATTRIBUTES = (
    ("Result arrives", "latency"),
    ("A crash loses", "crash_loses"),
    ("Complexity", "complexity"),
    ("Time to implement", "time_to_implement"),
    ("Best for", "best_for"),
)
_WORDS = ("retry", "data_access", "crm_sync")  # factors that each variant has its own words for


def interval_phrase(factor_id: str, when: Interval | str) -> str:
    """`below 1,000`, `1,000 to 9,999`, `1 hour and more`; an option is its own phrase."""
    if isinstance(when, str):
        return when
    is_time = factor_id == "max_latency"
    said = duration if is_time else number
    if when.high is None:
        return f"{said(when.low)} and more" if when.low else "any"
    if not when.low:
        return f"below {said(when.high)}"
    last = f"below {said(when.high)}" if is_time else said(when.high - 1)
    return f"{said(when.low)} to {last}"


def requirement_phrase(matrix: Matrix, requirement: Requirement) -> str:
    """What satisfies a requirement: the plans, or the piece of infrastructure."""
    if requirement.infrastructure:
        pieces = {piece.id: piece.title for piece in matrix.infrastructure}
        return pieces[requirement.infrastructure]
    return listed([plan_phrase(matrix, plan) for plan in requirement.plans], last="or")


def architecture_rows(matrix: Matrix) -> list[tuple[str, ...]]:
    """What each variant takes of each factor, what it requires and what it is like."""
    variants = matrix.variants
    rows = [
        (factor.title, *(_taken(matrix, factor, variant) for variant in variants))
        for factor in matrix.factors
    ]
    rows.insert(1, ("Plan", *(_plan(matrix, variant) for variant in variants)))
    rows.insert(2, ("Infrastructure", *(_infrastructure(matrix, v) for v in variants)))
    rows += [(label, *(getattr(v, name) for v in variants)) for label, name in ATTRIBUTES]
    return [tuple(map(capitalised, row)) for row in rows]


def _taken(matrix: Matrix, factor: Factor, variant: Variant) -> str:
    """The options that a variant offers; of a number, the range for which it is the simplest,
    and where it is that for none, the range of the variant below.
    """
    if factor.id in _WORDS:
        return str(getattr(variant, factor.id))
    rank = matrix.rank(variant.id)
    if factor.options:
        taken = [str(r.when) for r in factor.rules if matrix.rank(r.simplest) <= rank]
        return listed(taken, last="or")
    below = max(r for r in map(matrix.rank, (r.simplest for r in factor.rules)) if r <= rank)
    when = [r.when for r in factor.rules if matrix.rank(r.simplest) == below]
    return listed([interval_phrase(factor.id, interval) for interval in when], last="or")


def _plan(matrix: Matrix, variant: Variant) -> str:
    needs = [n for n in map(matrix.requirement, variant.requires) if n.plans and not n.when]
    return "; ".join(need.need for need in needs) or "any"


def _infrastructure(matrix: Matrix, variant: Variant) -> str:
    needs = [n for n in map(matrix.requirement, variant.requires) if n.infrastructure]
    return listed([requirement_phrase(matrix, need) for need in needs]) or "none"
