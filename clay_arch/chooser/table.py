"""The table that the page looks its answers up in: one document, compiled by the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clay_arch.chooser import wording
from clay_arch.chooser.meter_entries import Meters, anything, verdicts
from clay_arch.chooser.meters import HUNDREDTHS
from clay_arch.chooser.regions import compile_regions
from clay_arch.decision.answers import (
    LARGEST_CREDITS_PER_LEAD,
    LARGEST_LATENCY_SECONDS,
    LARGEST_VOLUME,
    PERIOD_DAYS,
)
from clay_arch.decision.evaluate import calls_back, transport_of
from clay_arch.decision.facts import GRADES
from clay_arch.decision.inputs import LARGEST_ACTIONS_PER_LEAD
from clay_arch.decision.limits import actions_per_lead, credits_per_lead
from clay_arch.decision.matrix import Interval
from clay_arch.questions import QUESTIONS
from clay_arch.report.architecture import ATTRIBUTES
from clay_arch.report.comparison import OFFERS
from clay_arch.report.phrases import asked, lacked, plan_phrase
from clay_arch.report.sources import fact_value
from clay_arch.report.words import capitalised, listed

if TYPE_CHECKING:
    from clay_arch.chooser.regions import Regions
    from clay_arch.decision.facts import Facts
    from clay_arch.decision.matrix import Factor, Matrix, Named, Variant

__all__ = ["compile_table"]

_LARGEST = {
    "volume": LARGEST_VOLUME,
    "max_latency": LARGEST_LATENCY_SECONDS,
    "credits_per_lead": int(LARGEST_CREDITS_PER_LEAD),
    "actions_per_lead": LARGEST_ACTIONS_PER_LEAD,
}


def compile_table(matrix: Matrix, facts: Facts, *, tool_version: str) -> dict[str, Any]:
    """Everything that the page needs, and nothing that it would have to work out by a rule."""
    regions = compile_regions(matrix, facts)
    meters = Meters(matrix, facts)
    plans = [_plan(matrix, facts, plan, meters) for plan in matrix.plans]
    return {
        "versions": {"tool": tool_version, "matrix": matrix.version, "facts": facts.version},
        "days": PERIOD_DAYS,
        "largest": _LARGEST,
        "prompts": {question.key: question.prompt for question in QUESTIONS},
        "flags": wording.flags(),
        "axes": [_axis(matrix, name, values) for name, values in regions.axes.items()],
        "levels": regions.levels,
        **_outcomes(matrix, regions),
        "variants": [_variant(matrix, facts, regions, variant) for variant in matrix.variants],
        "rows": _rows(matrix),
        "rules": {
            rule.id: wording.rule_words(matrix, rule)
            for factor in matrix.factors
            for rule in factor.rules
        },
        "needs": {
            need.id: {
                "need": need.need,
                "because": need.because,
                "unmet": asked(*need.when) if need.when else need.need,
            }
            for need in matrix.requirements
        },
        "pieces": [piece._asdict() for piece in matrix.infrastructure],
        "plans": plans,
        "meters": meters.entries,
        "credits": int(credits_per_lead(facts, anything("")) * HUNDREDTHS),
        "verdicts": verdicts(facts),
        **_facts(facts, {fact for entry in (*meters.entries, *plans) for fact in entry["facts"]}),
    }


def _axis(matrix: Matrix, name: str, values: Any) -> dict[str, Any]:
    """One level of the diagram: what the answers on it are, and the rule that each meets."""
    if name == "plan":
        return {"id": name, "options": list(values)}
    if name == "infrastructure":
        return {"id": name, "options": [",".join(sorted(pieces)) for pieces in values]}
    factor = matrix.factor(name)
    rules = [rule.id for rule in factor.rules]
    return {
        "id": name,
        "title": factor.title,
        "rules": rules,
        "open": name != "volume",
        **_values(factor),
    }


def _values(factor: Factor) -> dict[str, Any]:
    if factor.options:
        return {"options": list(factor.options)}
    starts = [rule.when.low for rule in factor.rules if isinstance(rule.when, Interval)]
    if factor.id != "volume":
        return {"starts": starts}
    return {"starts": {p: [start * days for start in starts] for p, days in PERIOD_DAYS.items()}}


def _outcomes(matrix: Matrix, regions: Regions) -> dict[str, Any]:
    lacks = list(dict.fromkeys(rules for region in regions.regions for rules in region.lacks))
    rank = matrix.rank
    return {
        "lacks": [{"rules": rules, "said": listed(lacked(matrix, rules))} for rules in lacks],
        "regions": [
            [rank(r.variant), r.status, r.transport, rank(r.today), r.today_transport]
            + [lacks.index(rules) for rules in r.lacks]
            for r in regions.regions
        ],
    }


def _variant(matrix: Matrix, facts: Facts, regions: Regions, variant: Variant) -> dict[str, Any]:
    has_callback = calls_back(matrix, variant.id)
    return {
        "id": variant.id,
        "title": variant.title,
        "summary": variant.summary,
        "runs": wording.running(matrix, variant),
        "decides": regions.decides[variant.id],
        "short": regions.short[variant.id],
        "admits": wording.admitting(matrix, facts, variant),
        "calls": wording.calling(matrix, facts, variant),
        "actions": actions_per_lead(facts, anything(""), has_callback=has_callback),
    }


def _rows(matrix: Matrix) -> list[list[str]]:
    """What the variants are like side by side, whatever the workload."""
    return [
        [label, *(capitalised(getattr(variant, name)) for variant in matrix.variants)]
        for label, name in (*OFFERS, *ATTRIBUTES)
    ]


def _plan(matrix: Matrix, facts: Facts, plan: Named, meters: Meters) -> dict[str, Any]:
    price = f"plan.{plan.id}.price"
    return {
        "id": plan.id,
        "title": plan_phrase(matrix, plan.id),
        "legacy": plan.generation == "legacy",
        "price": facts.number(price),
        "facts": [price],
        "meters": [meters.of(plan.id, variant.id) for variant in matrix.variants],
        "transports": [transport_of(matrix, facts, v.id, plan.id) for v in matrix.variants],
    }


def _facts(facts: Facts, used: set[str]) -> dict[str, Any]:
    known = [fact for fact in facts.all() if fact.id in used]
    return {
        "facts": {
            fact.id: [fact.title, fact_value(fact), fact.source, fact.read_on, fact.grade]
            for fact in known
        },
        "sources": {fact.source: facts.sources[fact.source] for fact in known},
        "grades": {fact.grade: GRADES[fact.grade] for fact in known},
    }
