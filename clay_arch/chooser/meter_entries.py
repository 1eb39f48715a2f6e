"""The limits of each plan as entries of the table: the same one is kept once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clay_arch.chooser.meters import HUNDREDTHS, Meter, Step, compile_meter
from clay_arch.chooser.wording import clause
from clay_arch.decision.answers import Answers, Volume
from clay_arch.decision.budget import assess, overall
from clay_arch.decision.evaluate import calls_back, transport_of
from clay_arch.decision.limits import EXCEEDED, OK, UNKNOWN, WATCH

if TYPE_CHECKING:
    from clay_arch.decision.facts import Facts
    from clay_arch.decision.matrix import Matrix

__all__ = ["Meters", "anything", "verdicts"]


# What the plan's allowance is worth in the measure; the other limits say nothing about the price.
_CARRIES = {"credits": HUNDREDTHS, "actions": 1}


def anything(plan: str) -> Answers:
    """Answers with which every limit has its say."""
    return Answers(Volume(1), plan, frozenset(), max_latency=1)


class Meters:
    """The distinct meters, each compiled once; plans and variants name them by their numbers."""

    def __init__(self, matrix: Matrix, facts: Facts) -> None:
        self.matrix = matrix
        self.facts = facts
        self.entries: list[dict[str, Any]] = []

    def of(self, plan: str, variant: str) -> list[int]:
        """The meters that the engine holds against this variant on this plan, in its order."""
        transport = transport_of(self.matrix, self.facts, variant, plan)
        has_callback = calls_back(self.matrix, variant)
        held = assess(self.facts, anything(plan), transport=transport, has_callback=has_callback)
        return [self._number(limit.id, plan, has_callback) for limit in held.limits]

    def _number(self, name: str, plan: str, has_callback: bool) -> int:  # noqa: FBT001 - private
        entry = _meter(compile_meter(name, self.facts, plan, has_callback=has_callback))
        if entry not in self.entries:
            self.entries.append(entry)
        return self.entries.index(entry)


def _meter(meter: Meter) -> dict[str, Any]:
    limit = meter.limit
    return {
        "id": limit.id,
        "title": limit.title,
        "allowed": limit.allowed,
        "carries": _CARRIES.get(limit.id, 0),
        "factor": meter.factor,
        "fill": meter.fill,
        "lifted": limit.is_lifted,
        "facts": limit.facts,
        "steps": {period: [_step(step) for step in steps] for period, steps in meter.steps.items()},
    }


def _step(step: Step) -> list[Any]:
    """Up to where it goes, the verdict, the way around, whether there is a day, what happens."""
    limit = step.limit
    happens = limit.day is not None or limit.verdict in {WATCH, EXCEEDED}
    said = clause(limit) if happens else None
    return [step.up_to, limit.verdict, limit.way, limit.day is not None, said]


def verdicts(facts: Facts) -> dict[str, str]:
    """What a limit's verdict makes of the whole."""
    held = assess(facts, anything(""), transport="csv", has_callback=False)
    return {
        v: overall([held.limits[0]._replace(verdict=v)]) for v in (OK, WATCH, UNKNOWN, EXCEEDED)
    }
