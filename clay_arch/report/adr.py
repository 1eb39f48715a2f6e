"""A recommendation as a decision record in the form of MADR 4."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clay_arch.decision.budget import INFEASIBLE
from clay_arch.report.factors import open_factors
from clay_arch.report.flips import telling_flips
from clay_arch.report.limits import LIMIT_COLUMNS, binding_sentence, limit_clauses, limit_rows
from clay_arch.report.phrases import asked, lacked, leads_phrase, plan_phrase
from clay_arch.report.rejections import considered_sentence, considered_title, rejection_sentence
from clay_arch.report.sources import fact_value
from clay_arch.report.templating import fill
from clay_arch.report.verdict import feasibility_sentence, fit_sentence
from clay_arch.report.words import capitalised, listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clay_arch.decision.budget import Feasibility
    from clay_arch.decision.compare import Compared
    from clay_arch.decision.recommend import Recommendation

__all__ = ["render_adr"]

FACT_COLUMNS = ("Fact", "Value", "Source", "Read", "Grade")


def render_adr(
    recommendation: Recommendation,
    *,
    number: int,
    date: str,
    command: str,
    tests: Sequence[str],
    project: str | None = None,
    chosen: str | None = None,
    supersedes: str | None = None,
    changes: Sequence[tuple[str, str, str]] = (),
) -> str:
    """The record. It is accepted where what was chosen can run and does what is asked for within
    Clay's limits, and proposed otherwise.

    `tests` are the paths of the generated tests that confirm the decision; `chosen` is the id
    of a variant that somebody preferred to the recommended one. `supersedes` is the path of the
    record before this one, and `changes` are the questions answered otherwise since: question,
    answer then, answer now.
    """
    matrix, decision = recommendation.matrix, recommendation.decision
    variant = matrix.variant(chosen or decision.variant)
    feasibility = _compared(recommendation, variant.id).feasibility
    answers = recommendation.answers
    pieces = [p.title for p in matrix.infrastructure if p.id in answers.infrastructure]
    return fill(
        "adr.md.j2",
        status="accepted" if _is_settled(recommendation, variant.id) else "proposed",
        date=date,
        number=number,
        variant=variant,
        is_recommended=variant.id == decision.variant,
        recommended=matrix.variant(decision.variant),
        project=project or "This project",
        volume=leads_phrase(answers.volume),
        plan=plan_phrase(matrix, answers.plan),
        infrastructure=listed(pieces) or "no infrastructure",
        command=command,
        supersedes=supersedes and supersedes.rpartition("/")[2],
        changes=changes,
        drivers=_drivers(recommendation),
        unasked=listed(open_factors(recommendation)),
        deciding=[reason for reason in decision.reasons if reason.decides],
        options=_options(recommendation),
        considered_title=considered_title(recommendation),
        considered=capitalised(considered_sentence(recommendation)),
        fit=fit_sentence(recommendation),
        feasibility=feasibility_sentence(recommendation, feasibility),
        good=_needs(recommendation, variant.id, met=True),
        unmet=_needs(recommendation, variant.id, met=False),
        lacking=_lacking(recommendation, variant.id),
        reached=_reached(feasibility),
        tests=tests,
        flips=telling_flips(recommendation),
        binding=binding_sentence(feasibility),
        limit_columns=LIMIT_COLUMNS,
        limits=limit_rows(recommendation, feasibility),
        fact_columns=FACT_COLUMNS,
        facts=_facts(recommendation),
        matrix_version=matrix.version,
        facts_version=recommendation.facts_version,
    )


def _drivers(recommendation: Recommendation) -> list[tuple[str, str, str]]:
    """Rule, what was asked for and why that matters."""
    reasons = recommendation.decision.reasons
    return [(r.rule, asked(r.factor, r.value), r.because) for r in reasons]


def _needs(recommendation: Recommendation, variant: str, *, met: bool) -> str:
    """The needs that a variant meets, or those that it leaves unmet."""
    matrix = recommendation.matrix
    needs = [
        asked(reason.factor, reason.value)
        for reason in recommendation.decision.reasons
        if (matrix.rank(reason.simplest) <= matrix.rank(variant)) is met
    ]
    return listed(needs)


def _compared(recommendation: Recommendation, variant: str) -> Compared:
    return next(c for c in recommendation.compared if c.variant.id == variant)


def _lacking(recommendation: Recommendation, variant: str) -> str:
    """What the architect still lacks for a variant."""
    blockers = _compared(recommendation, variant).blockers
    return listed(lacked(recommendation.matrix, tuple(blocker.rule for blocker in blockers)))


def _is_settled(recommendation: Recommendation, variant: str) -> bool:
    """Whether a variant can run, meets every need and stays within Clay's limits."""
    compared = _compared(recommendation, variant)
    is_carried = compared.feasibility.verdict != INFEASIBLE
    return is_carried and not compared.blockers and not _needs(recommendation, variant, met=False)


def _reached(feasibility: Feasibility) -> list[str]:
    """What happens at each limit that is reached, one clause for each."""
    limits = feasibility.limits
    return [limit_clauses([lim])[0] for lim in limits if lim.verdict in {"exceeded", "watch"}]


def _options(recommendation: Recommendation) -> list[tuple[object, str]]:
    """Each variant of the matrix, with why it is not the recommended one."""
    sentences = {
        other.variant: rejection_sentence(recommendation, other)
        for other in recommendation.rejected
    }
    return [(v, sentences.get(v.id, "")) for v in recommendation.matrix.variants]


def _facts(recommendation: Recommendation) -> list[tuple[str, ...]]:
    return [
        (
            f"`{fact.id}`",
            fact_value(fact) + (f" ({fact.note})" if fact.note else ""),
            recommendation.sources[fact.source],
            fact.read_on,
            fact.grade,
        )
        for fact in dict.fromkeys((*recommendation.facts, *recommendation.considered))
    ]
