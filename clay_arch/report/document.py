"""A recommendation as a plain dict, the same answer that the text gives, for JSON.

The keys and their order follow recommendation.schema.json. `inputs` has the form of an answers
file, so that a saved recommendation can be asked again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clay_arch.report.cost import per_lead
from clay_arch.report.entries import (
    blocker_entry,
    cost_entry,
    flip_entry,
    limit_entry,
    reason_entry,
    rejection_entry,
    remedy_entry,
    unmet_entry,
)
from clay_arch.report.rejections import considered_sentence, considered_title
from clay_arch.report.sources import fact_entry
from clay_arch.report.verdict import feasibility_sentence, fit_sentence
from clay_arch.report.words import plain_number

if TYPE_CHECKING:
    from clay_arch.decision.recommend import Recommendation

__all__ = ["inputs_of", "recommendation_document", "versions_of", "workload_of"]

_OPTIONAL = ("data_access", "retry", "crm_sync", "sources", "credits_per_lead", "actions_per_lead")
_ALLOWANCES = ("monthly_credits", "monthly_actions")


def recommendation_document(
    recommendation: Recommendation, *, command: str, tool_version: str
) -> dict[str, Any]:
    """The whole recommendation; every value is one that JSON knows."""
    decision = recommendation.decision
    facts = dict.fromkeys((*recommendation.facts, *recommendation.considered))
    return {
        "inputs": inputs_of(recommendation),
        "workload": workload_of(recommendation),
        "recommendation": {
            "variant": decision.variant,
            "title": recommendation.matrix.variant(decision.variant).title,
            "status": decision.status,
            "transport": decision.transport,
            "text": fit_sentence(recommendation),
            "reasons": [reason_entry(reason) for reason in decision.reasons],
            "blockers": [blocker_entry(blocker) for blocker in decision.blockers],
        },
        "today": {
            "variant": decision.today.variant,
            "transport": decision.today.transport,
            "unmet": [unmet_entry(recommendation, unmet) for unmet in decision.today.unmet],
        },
        "rejected": [rejection_entry(recommendation, r) for r in recommendation.rejected],
        "flips": [flip_entry(recommendation, flip) for flip in recommendation.flips],
        "feasibility": _feasibility(recommendation),
        "considered": _considered(recommendation),
        "facts": [fact_entry(fact, recommendation.sources[fact.source]) for fact in facts],
        "versions": versions_of(recommendation, tool_version),
        "command": command,
    }


def inputs_of(recommendation: Recommendation) -> dict[str, Any]:
    """The answers as an answers file holds them: what nobody answered is left out."""
    answers = recommendation.answers
    volume = answers.volume
    inputs: dict[str, Any] = {
        "volume": volume.amount if volume.period == "day" else str(volume),
        "plan": answers.plan,
        "infra": sorted(answers.infrastructure) or ["none"],
    }
    for key in _OPTIONAL:
        inputs[key] = plain_number(getattr(answers, key))
    inputs["own_keys"] = answers.own_keys
    for key in _ALLOWANCES:
        inputs[key] = getattr(answers, key)
    inputs["max_latency"] = None if answers.max_latency is None else f"{answers.max_latency}s"
    return {key: value for key, value in inputs.items() if value is not None}


def versions_of(recommendation: Recommendation, tool_version: str) -> dict[str, str]:
    return {
        "tool": tool_version,
        "matrix": recommendation.matrix.version,
        "facts": recommendation.facts_version,
    }


def workload_of(recommendation: Recommendation) -> dict[str, Any]:
    """The figures that the decision rests on: what was answered, or what holds without."""
    answers = recommendation.answers
    return {
        "per_day": answers.volume.per_day,
        "per_month": answers.volume.per_month,
        "credits_per_lead": plain_number(per_lead(recommendation, "credits")),
        "actions_per_lead": plain_number(per_lead(recommendation, "actions")),
        "max_latency_seconds": answers.max_latency,
    }


def _feasibility(recommendation: Recommendation) -> dict[str, Any]:
    feasibility = recommendation.feasibility
    return {
        "verdict": feasibility.verdict,
        "text": feasibility_sentence(recommendation),
        "binding": feasibility.binding,
        "limits": [limit_entry(limit) for limit in feasibility.limits],
        "remedies": [remedy_entry(remedy) for remedy in recommendation.remedies],
        "cost": cost_entry(feasibility.cost),
    }


def _considered(recommendation: Recommendation) -> list[dict[str, Any]]:
    if not recommendation.considered:
        return []
    return [
        {
            "title": considered_title(recommendation),
            "text": considered_sentence(recommendation),
            "facts": [fact.id for fact in recommendation.considered],
        }
    ]
