"""The whole answer as one value: everything a report, a wizard or a page shows. Pure."""

from collections.abc import Mapping
from typing import NamedTuple

from clay_arch.decision.answers import Answers
from clay_arch.decision.budget import Feasibility
from clay_arch.decision.compare import Compared, compare
from clay_arch.decision.evaluate import Decision
from clay_arch.decision.facts import Fact, Facts
from clay_arch.decision.flips import Flip, find_flips
from clay_arch.decision.matrix import Matrix
from clay_arch.decision.rejected import Rejection, rejections
from clay_arch.decision.remedies import Remedy, rank_remedies
from clay_arch.decision.verdict import judge

__all__ = ["Recommendation", "recommend"]

CONSIDERED = ("routines.status", "routines.idempotency", "routines.delivery")


class Recommendation(NamedTuple):
    """One recommendation, complete: it can be rendered without asking the engine again.

    `facts` are those that the figures came from; `considered` are the facts about the option
    that is named but not scaffolded, Clay's Public API routines. `sources` spells out the
    sources of both.
    """

    matrix: Matrix
    facts_version: str
    answers: Answers
    decision: Decision
    rejected: tuple[Rejection, ...]
    compared: tuple[Compared, ...]
    flips: tuple[Flip, ...]
    feasibility: Feasibility
    remedies: tuple[Remedy, ...]
    facts: tuple[Fact, ...]
    considered: tuple[Fact, ...]
    sources: Mapping[str, str]


def recommend(matrix: Matrix, facts: Facts, answers: Answers) -> Recommendation:
    """Answer once and for all. Matrix and facts must have passed their audits."""
    verdict = judge(matrix, facts, answers)
    feasibility = verdict.feasibility
    compared = compare(matrix, facts, answers)
    limits = (limit for variant in compared for limit in variant.feasibility.limits)
    limit_facts = (fact for limit in limits for fact in limit.facts)
    used = dict.fromkeys((*limit_facts, *feasibility.cost.facts, "capability.webhook_source"))
    known = tuple(facts.by_id[fact_id] for fact_id in used)
    considered = tuple(facts.by_id[f] for f in CONSIDERED if f in facts.by_id)
    return Recommendation(
        matrix=matrix,
        facts_version=facts.version,
        answers=answers,
        decision=verdict.decision,
        rejected=rejections(matrix, answers, verdict.decision.variant),
        compared=compared,
        flips=find_flips(matrix, facts, answers),
        feasibility=feasibility,
        remedies=rank_remedies(matrix, facts, answers, verdict),
        facts=known,
        considered=considered,
        sources={f.source: facts.sources[f.source] for f in (*known, *considered)},
    )
