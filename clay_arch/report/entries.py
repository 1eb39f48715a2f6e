"""The small parts of a document, each a dict in the order of its schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clay_arch.decision.evaluate import Reason
from clay_arch.report.flips import flip_sentence
from clay_arch.report.limits import limit_clauses
from clay_arch.report.phrases import unmet_phrase
from clay_arch.report.rejections import rejection_sentence
from clay_arch.report.words import plain_number

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clay_arch.decision.budget import Cost
    from clay_arch.decision.evaluate import Blocker
    from clay_arch.decision.flips import Flip
    from clay_arch.decision.limits import Limit
    from clay_arch.decision.recommend import Recommendation
    from clay_arch.decision.rejected import Change, Rejection
    from clay_arch.decision.remedies import Remedy

__all__ = [
    "blocker_entry",
    "change_entries",
    "cost_entry",
    "flip_entry",
    "limit_entry",
    "reason_entry",
    "rejection_entry",
    "remedy_entry",
    "unmet_entry",
]


def blocker_entry(blocker: Blocker) -> dict[str, str]:
    return {
        "rule": blocker.rule,
        "input": blocker.input,
        "need": blocker.need,
        "because": blocker.because,
    }


def limit_entry(limit: Limit) -> dict[str, Any]:
    """One limit; `text` says what happens when it is reached, where it matters."""
    matters = limit.verdict in {"exceeded", "watch"}
    return {
        "id": limit.id,
        "title": limit.title,
        "needed": plain_number(limit.needed),
        "allowed": limit.allowed,
        "unit": limit.unit,
        "verdict": limit.verdict,
        "day": limit.day,
        "way": limit.way,
        "is_lifted": limit.is_lifted,
        "text": limit_clauses([limit])[0] if matters else None,
        "facts": list(limit.facts),
    }


def cost_entry(cost: Cost) -> dict[str, Any]:
    return {
        "currency": "USD",
        "plan_per_month": cost.plan_per_month,
        "per_lead": plain_number(cost.per_lead),
        "leads_per_month": cost.leads_per_month,
        "facts": list(cost.facts),
    }


def remedy_entry(remedy: Remedy) -> dict[str, Any]:
    return {
        "id": remedy.id,
        "text": remedy.text,
        "input": remedy.input,
        "value": plain_number(remedy.value),
        "settles": list(remedy.settles),
        "eases": list(remedy.eases),
        "leaves": list(remedy.leaves),
        "verdict": remedy.verdict,
    }


def change_entries(changes: Iterable[Change]) -> list[dict[str, Any]]:
    return [{"input": change.input, "value": change.value} for change in changes]


def reason_entry(reason: Reason) -> dict[str, Any]:
    return {
        "rule": reason.rule,
        "factor": reason.factor,
        "value": reason.value,
        "simplest": reason.simplest,
        "because": reason.because,
        "decides": reason.decides,
    }


def unmet_entry(recommendation: Recommendation, unmet: Reason | Blocker) -> dict[str, str]:
    return {
        "rule": unmet.rule,
        "input": unmet.factor if isinstance(unmet, Reason) else unmet.input,
        "text": unmet_phrase(recommendation.matrix, unmet),
        "because": unmet.because,
    }


def rejection_entry(recommendation: Recommendation, rejection: Rejection) -> dict[str, Any]:
    return {
        "variant": rejection.variant,
        "rule": rejection.rule,
        "changes": change_entries(rejection.changes),
        "lacks": list(rejection.lacks),
        "text": rejection_sentence(recommendation, rejection),
    }


def flip_entry(recommendation: Recommendation, flip: Flip) -> dict[str, Any]:
    outcome = flip.outcome
    return {
        "input": flip.input,
        "current": plain_number(flip.current),
        "value": plain_number(flip.value),
        "aspect": flip.aspect,
        "direction": flip.direction,
        "outcome": None
        if outcome is None
        else {
            "variant": outcome.variant,
            "status": outcome.status,
            "transport": outcome.transport,
            "today": outcome.today,
            "today_transport": outcome.today_transport,
        },
        "verdict": flip.verdict,
        "until": change_entries(flip.until),
        "text": flip_sentence(recommendation, flip),
    }
