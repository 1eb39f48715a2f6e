"""Where the figures come from: sources spelled out, when each was read, what grades mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clay_arch.decision.facts import GRADES
from clay_arch.report.words import listed, number

if TYPE_CHECKING:
    from clay_arch.decision.facts import Fact
    from clay_arch.decision.recommend import Recommendation

__all__ = ["cited_facts", "fact_entry", "fact_value", "source_rows"]


def cited_facts(recommendation: Recommendation) -> list[Fact]:
    """The facts whose source stands beside a figure: the price and one for each limit."""
    facts = {fact.id: fact for fact in recommendation.facts}
    feasibility = recommendation.feasibility
    cited = (feasibility.cost.facts[0], *(limit.facts[0] for limit in feasibility.limits))
    return [facts[fact_id] for fact_id in dict.fromkeys(cited)]


def fact_value(fact: Fact) -> str:
    """The value with its unit as a person reads it; `unknown` where nobody says."""
    value = fact.value
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(value)
    if isinstance(value, str):
        return value
    unit = fact.unit or ""
    return f"{number(value)} {unit.replace('retries', 'retry') if value == 1 else unit}".rstrip()


def source_rows(recommendation: Recommendation) -> list[tuple[str, str]]:
    """The cited sources and what their grades mean, as labels with texts."""
    facts = cited_facts(recommendation)
    read: dict[str, set[str]] = {}
    for fact in facts:
        read.setdefault(fact.source, set()).add(fact.read_on)
    grades = [grade for grade in GRADES if any(fact.grade == grade for fact in facts)]
    return [
        *((s, f"{recommendation.sources[s]}, read {listed(sorted(read[s]))}") for s in read),
        *((grade, GRADES[grade]) for grade in grades),
    ]


def fact_entry(fact: Fact, reference: str) -> dict[str, Any]:
    """One fact with its source spelled out."""
    return {
        "id": fact.id,
        "title": fact.title,
        "value": list(fact.value) if isinstance(fact.value, tuple) else fact.value,
        "unit": fact.unit,
        "source": fact.source,
        "reference": reference,
        "read_on": fact.read_on,
        "grade": fact.grade,
        "note": fact.note,
    }
