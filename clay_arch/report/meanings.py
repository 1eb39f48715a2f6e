"""What stands behind an id, for each kind of thing that has one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from clay_arch.decision.facts import GRADES
from clay_arch.report.architecture import interval_phrase, requirement_phrase
from clay_arch.report.limit_meanings import LIMITS
from clay_arch.report.phrases import asked
from clay_arch.report.sources import fact_value
from clay_arch.report.words import listed, uncapitalised

if TYPE_CHECKING:
    from clay_arch.decision.facts import Fact, Facts
    from clay_arch.decision.matrix import Factor, Matrix, Requirement, Rule, Variant
    from clay_arch.decision.troubles import Trouble

__all__ = [
    "Explanation",
    "of_fact",
    "of_factor",
    "of_limit",
    "of_requirement",
    "of_rule",
    "of_trouble",
    "of_variant",
]


class Explanation(NamedTuple):
    """What stands behind an id: its kind, a title and what is to be said, label by label."""

    id: str
    kind: str
    title: str
    fields: tuple[tuple[str, str], ...]


def of_rule(matrix: Matrix, rule: Rule) -> Explanation:
    factor, variant = matrix.factor(rule.factor), matrix.variant(rule.simplest)
    when = interval_phrase(factor.id, rule.when)
    is_option = isinstance(rule.when, str)
    name = uncapitalised(factor.title)
    title = asked(factor.id, str(rule.when)) if is_option else f"{name} {when}"
    is_time = factor.id == "max_latency"
    said = when if is_option or is_time or not factor.unit else f"{when} {factor.unit}"
    above = listed([v.title for v in matrix.variants[matrix.rank(variant.id) + 1 :]], last="or")
    fields = (
        ("When", f"{name}: {said}"),
        ("Asks for", f"{variant.title}{f'; {above} will do too' if above else ''}"),
        ("Because", rule.because),
    )
    return Explanation(rule.id, "rule", title, fields)


def of_requirement(matrix: Matrix, need: Requirement) -> Explanation:
    asking = listed([v.title for v in matrix.variants if need.id in v.requires]) or "no variant"
    condition = f", for {asked(*need.when)}" if need.when else ""
    fields = (
        ("Required by", f"{asking}{condition}"),
        ("Met by", requirement_phrase(matrix, need)),
        ("Because", need.because),
    )
    return Explanation(need.id, "requirement", need.need, fields)


def of_limit(facts: Facts, name: str) -> Explanation:
    limit = LIMITS[name]
    behind = [fact for fact in facts.all() if fact.id.endswith(limit.facts)]
    fields = [("Compares", limit.compares), ("When reached", limit.reached)]
    fields += [(fact.id, f"{fact.title}: {_said(fact)}") for fact in behind]
    return Explanation(name, "limit", limit.title, tuple(fields))


def of_variant(matrix: Matrix, variant: Variant) -> Explanation:
    asking = [r.id for f in matrix.factors for r in f.rules if r.simplest == variant.id]
    fields = (
        ("Best for", variant.best_for),
        ("Asked for by", listed(asking)),
        ("Requires", "; ".join(matrix.requirement(r).need for r in variant.requires) or "nothing"),
        ("Result arrives", variant.latency),
        ("A crash loses", variant.crash_loses),
        ("For it", "; ".join(variant.pros)),
        ("Against it", "; ".join(variant.cons)),
    )
    return Explanation(variant.id, "variant", variant.summary.rstrip("."), fields)


def of_factor(matrix: Matrix, factor: Factor) -> Explanation:
    rules = [
        (rule.id, f"{interval_phrase(factor.id, rule.when)}: {matrix.variant(rule.simplest).title}")
        for rule in factor.rules
    ]
    return Explanation(factor.id, "factor", factor.title, tuple(rules))


def of_fact(facts: Facts, fact: Fact) -> Explanation:
    fields = (
        ("Value", _said(fact)),
        ("Source", f"{fact.source}: {facts.sources[fact.source]}"),
        ("Read", fact.read_on),
        ("Grade", f"{fact.grade}: {GRADES[fact.grade]}"),
    )
    return Explanation(fact.id, "fact", fact.title, fields)


def of_trouble(trouble: Trouble) -> Explanation:
    fields = (("Cause", trouble.cause), ("Remedy", trouble.remedy), ("Command", trouble.command))
    return Explanation(trouble.id, "trouble", trouble.symptom.rstrip("."), fields)


def _said(fact: Fact) -> str:
    note = f" ({fact.note})" if fact.note else ""
    return f"{fact_value(fact)}{note}"
