"""The variants side by side, each held against the same workload. Pure."""

from typing import NamedTuple

from clay_arch.decision.answers import Answers
from clay_arch.decision.budget import Feasibility, assess
from clay_arch.decision.evaluate import Blocker, calls_back, missing, transport_of
from clay_arch.decision.facts import Facts
from clay_arch.decision.matrix import Matrix, Variant

__all__ = ["Compared", "compare"]


class Compared(NamedTuple):
    """One variant under this workload: what it lacks, how leads reach Clay, what binds first."""

    variant: Variant
    blockers: tuple[Blocker, ...]
    transport: str
    feasibility: Feasibility


def compare(matrix: Matrix, facts: Facts, answers: Answers) -> tuple[Compared, ...]:
    """Every variant, simplest first, whether or not it fits."""
    return tuple(_compared(matrix, facts, answers, variant) for variant in matrix.variants)


def _compared(matrix: Matrix, facts: Facts, answers: Answers, variant: Variant) -> Compared:
    transport = transport_of(matrix, facts, variant.id, answers.plan)
    has_callback = calls_back(matrix, variant.id)
    return Compared(
        variant=variant,
        blockers=missing(matrix, variant.id, answers),
        transport=transport,
        feasibility=assess(facts, answers, transport=transport, has_callback=has_callback),
    )
