"""The decision and what Clay's limits say about it, in one value. Pure."""

from typing import NamedTuple

from clay_arch.decision.answers import Answers
from clay_arch.decision.budget import Feasibility, assess
from clay_arch.decision.evaluate import Decision, calls_back, decide
from clay_arch.decision.facts import Facts
from clay_arch.decision.matrix import Matrix

__all__ = ["Outcome", "Verdict", "judge"]


class Outcome(NamedTuple):
    """What a reader calls the answer: when one of these differs, the answer has changed."""

    variant: str
    status: str
    transport: str
    today: str
    today_transport: str


class Verdict(NamedTuple):
    """The decision together with what Clay's limits say about it."""

    decision: Decision
    feasibility: Feasibility

    @property
    def outcome(self) -> Outcome:
        decision = self.decision
        return Outcome(
            decision.variant,
            decision.status,
            decision.transport,
            decision.today.variant,
            decision.today.transport,
        )


def judge(matrix: Matrix, facts: Facts, answers: Answers) -> Verdict:
    """Decide, then hold the recommended variant against Clay's limits.

    The simplest variant sends no callbacks; every other one pays an action for each.
    """
    decision = decide(matrix, facts, answers)
    feasibility = assess(
        facts,
        answers,
        transport=decision.transport,
        has_callback=calls_back(matrix, decision.variant),
    )
    return Verdict(decision, feasibility)
