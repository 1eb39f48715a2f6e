"""Why not the others, and what was considered besides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clay_arch.report.phrases import asked, change_phrase, lacked
from clay_arch.report.words import capitalised, listed

if TYPE_CHECKING:
    from clay_arch.decision.recommend import Recommendation
    from clay_arch.decision.rejected import Rejection

__all__ = ["considered_sentence", "considered_title", "rejection_sentence"]


def rejection_sentence(recommendation: Recommendation, rejection: Rejection) -> str:
    """The first condition that the variant fails, the smallest change that would admit it and
    what it would lack even then.
    """
    said = _falls_short if rejection.rule else _beyond
    lacking = lacked(recommendation.matrix, rejection.lacks)
    also = f" You lack {listed(lacking)} for it." if lacking else ""
    return said(recommendation, rejection) + also


def _falls_short(recommendation: Recommendation, rejection: Rejection) -> str:
    reasons = recommendation.decision.reasons
    failing = next(reason for reason in reasons if reason.rule == rejection.rule)
    asks = recommendation.matrix.variant(failing.simplest).title
    said = f"{failing.rule} asks for {asks} ({asked(failing.factor, failing.value)})."
    if not rejection.changes:
        return f"{said} No value of it would admit this one."
    return f"{said} It would do for {_changes(recommendation, rejection)}."


def _beyond(recommendation: Recommendation, rejection: Rejection) -> str:
    said = "More than the workload needs."
    if not rejection.changes:
        return said
    return f"{said} {capitalised(_changes(recommendation, rejection))} would call for it."


def _changes(recommendation: Recommendation, rejection: Rejection) -> str:
    answers, matrix = recommendation.answers, recommendation.matrix
    return listed([change_phrase(matrix, answers, change) for change in rejection.changes])


def considered_title(recommendation: Recommendation) -> str:
    """The option that is named but not scaffolded; empty where its facts are not known."""
    return recommendation.considered[0].title if recommendation.considered else ""


def considered_sentence(recommendation: Recommendation) -> str:
    """What is known about it, which says why it is not scaffolded; empty where nothing is."""
    if not recommendation.considered:
        return ""
    first, *others = recommendation.considered
    known = [str(first.value), *(f"{fact.title}: {fact.value}" for fact in others)]
    return ". ".join(known) + "."
