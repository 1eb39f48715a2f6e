"""The verdict in sentences: what fits, what can run today, whether Clay's limits allow for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clay_arch.report.limits import limit_clauses, limit_name
from clay_arch.report.phrases import lacked, plan_phrase, runnable, unmet_phrase
from clay_arch.report.words import listed

if TYPE_CHECKING:
    from clay_arch.decision.budget import Feasibility
    from clay_arch.decision.recommend import Recommendation

__all__ = ["feasibility_sentence", "fit_sentence"]


def fit_sentence(recommendation: Recommendation) -> str:
    """The answer in one sentence: what fits, what is lacking and what runs today without it."""
    matrix, decision = recommendation.matrix, recommendation.decision
    title = matrix.variant(decision.variant).title
    if decision.blockers:
        needs = listed(lacked(matrix, tuple(blocker.rule for blocker in decision.blockers)))
        return (
            f"{title} fits; you lack {needs}; what you can run today is {_today(recommendation)}."
        )
    if decision.transport == "csv":
        plan = plan_phrase(matrix, recommendation.answers.plan)
        return f"{title} fits, by CSV in and out: the {plan} plan has no webhook source."
    how = ", by webhook" if matrix.rank(decision.variant) == 0 else ""
    return f"{title} fits{how}, and you have all it needs."


def _today(recommendation: Recommendation) -> str:
    today = recommendation.decision.today
    unmet = [unmet_phrase(recommendation.matrix, need) for need in today.unmet]
    said = runnable(recommendation.matrix, today.variant, today.transport)
    return f"{said}, which leaves unmet: {listed(unmet)}" if unmet else f"{said}, unchanged"


def feasibility_sentence(
    recommendation: Recommendation, feasibility: Feasibility | None = None
) -> str:
    """Whether Clay's limits allow for the workload, and the limits that say otherwise.

    `feasibility` is that of a variant other than the recommended one.
    """
    feasibility = feasibility or recommendation.feasibility
    by_verdict = {
        verdict: [limit for limit in feasibility.limits if limit.verdict == verdict]
        for verdict in ("exceeded", "watch", "unknown")
    }
    if exceeded := by_verdict["exceeded"]:
        return f"Clay's limits do not allow for it: {listed(limit_clauses(exceeded))}."
    sentences = []
    if watch := by_verdict["watch"]:
        is_costly = any(limit.way in {"buy", "negotiate"} for limit in watch)
        how = "only if you act" if is_costly else "but watch"
        sentences.append(f"Clay's limits allow for it, {how}: {listed(limit_clauses(watch))}.")
    if unknown := by_verdict["unknown"]:
        names = listed([limit_name(limit) for limit in unknown])
        plan = plan_phrase(recommendation.matrix, recommendation.answers.plan)
        sentences.append(f"Nobody publishes the {names} of the {plan} plan.")
    return " ".join(sentences) or "No limit of Clay's stands in the way."
