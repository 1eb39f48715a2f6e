"""Which variant fits, whether it can run, and what can run today.

Pure: the answer depends on matrix, facts and answers alone.
"""

from typing import NamedTuple

from clay_arch.decision.answers import Answers
from clay_arch.decision.facts import Facts
from clay_arch.decision.matrix import Matrix, Requirement, Rule

__all__ = [
    "BLOCKED",
    "READY",
    "Blocker",
    "Decision",
    "Reason",
    "Today",
    "calls_back",
    "decide",
    "matched_rules",
    "missing",
    "transport_of",
]

READY, BLOCKED = "ready", "blocked"


class Reason(NamedTuple):
    """A rule that an answer met. It `decides` when no other answer asked for more."""

    rule: str
    factor: str
    value: int | str
    simplest: str
    because: str
    decides: bool


class Blocker(NamedTuple):
    """Something that the recommended variant requires and the architect lacks."""

    rule: str
    input: str
    need: str
    because: str


class Today(NamedTuple):
    """What runs with the plan and infrastructure at hand, and which needs that leaves unmet."""

    variant: str
    transport: str
    unmet: tuple[Reason | Blocker, ...]


class Decision(NamedTuple):
    """The answer of the matrix, apart from what Clay's limits and prices say about it."""

    variant: str
    status: str
    transport: str
    reasons: tuple[Reason, ...]
    blockers: tuple[Blocker, ...]
    today: Today


def decide(matrix: Matrix, facts: Facts, answers: Answers) -> Decision:
    """Recommend the simplest variant that offers what the answers need.

    The matrix must have passed `audit.audit_matrix`; every combination of answers then has
    exactly one decision.
    """
    rules = matched_rules(matrix, answers)
    variant = matrix.variants[max(matrix.rank(rule.simplest) for rule, _ in rules)].id
    blockers = missing(matrix, variant, answers)
    reasons = tuple(_reason(rule, value, variant) for rule, value in rules)
    return Decision(
        variant=variant,
        status=BLOCKED if blockers else READY,
        transport=transport_of(matrix, facts, variant, answers.plan),
        reasons=tuple(sorted(reasons, key=lambda reason: not reason.decides)),
        blockers=blockers,
        today=_today(matrix, facts, reasons, answers),
    )


def matched_rules(matrix: Matrix, answers: Answers) -> list[tuple[Rule, int | str]]:
    """The rule that each answered factor meets, with the value that met it."""
    matched = []
    for factor in matrix.factors:
        value = answers.value_of(factor.id)
        if value is not None:
            matched.append((next(rule for rule in factor.rules if rule.matches(value)), value))
    return matched


def _reason(rule: Rule, value: int | str, variant: str) -> Reason:
    decides = rule.simplest == variant
    return Reason(rule.id, rule.factor, value, rule.simplest, rule.because, decides)


def missing(matrix: Matrix, variant: str, answers: Answers) -> tuple[Blocker, ...]:
    """What `variant` requires and the answers do not have."""
    needed = (matrix.requirement(rule) for rule in matrix.variant(variant).requires)
    return tuple(_blocker(need) for need in needed if not _is_met(need, answers))


def _blocker(need: Requirement) -> Blocker:
    return Blocker(need.id, need.infrastructure or "plan", need.need, need.because)


def _is_met(need: Requirement, answers: Answers) -> bool:
    if need.when and answers.value_of(need.when[0]) != need.when[1]:
        return True
    if need.infrastructure:
        return need.infrastructure in answers.infrastructure
    return answers.plan in need.plans


def calls_back(matrix: Matrix, variant: str) -> bool:
    """Whether a variant has results called back, at an action each: all but the simplest do."""
    return matrix.rank(variant) > 0


def transport_of(matrix: Matrix, facts: Facts, variant: str, plan: str) -> str:
    """How leads reach Clay. Only the simplest variant can do without a webhook source."""
    has_webhooks = facts.includes("capability.webhook_source", plan)
    return "csv" if matrix.rank(variant) == 0 and not has_webhooks else "webhook"


def _today(matrix: Matrix, facts: Facts, reasons: tuple[Reason, ...], answers: Answers) -> Today:
    """Of the variants that can run, the simplest of those that leave the fewest needs unmet.

    A requirement that holds only for one answer, such as a CRM action that the plan lacks, does
    not stop a variant from running: it is left unmet.
    """
    candidates: list[tuple[int, int, tuple[Reason | Blocker, ...]]] = []
    for rank, variant in enumerate(matrix.variants):
        blockers = missing(matrix, variant.id, answers)
        if all(matrix.requirement(blocker.rule).when for blocker in blockers):
            failing = tuple(r for r in reasons if matrix.rank(r.simplest) > rank)
            candidates.append((len(failing) + len(blockers), rank, (*failing, *blockers)))
    _, rank, unmet = min(candidates, key=lambda candidate: candidate[:2])
    variant_id = matrix.variants[rank].id
    return Today(variant_id, transport_of(matrix, facts, variant_id, answers.plan), unmet)
