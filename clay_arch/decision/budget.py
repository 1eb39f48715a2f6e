"""Whether the account carries the workload: which limit binds first, on which day, at what price.

Kept apart from the fit: the matrix says which architecture, this says whether Clay's limits
allow it. Pure, like everything in this package.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from clay_arch.decision import limits as limit_of
from clay_arch.decision.answers import Answers
from clay_arch.decision.facts import Facts
from clay_arch.decision.limits import EXCEEDED, UNKNOWN, WATCH, Limit

__all__ = ["Cost", "Feasibility", "assess", "needed_facts", "overall"]

FEASIBLE, CONDITIONAL, INFEASIBLE = "feasible", "conditional", "infeasible"

_NUMBERS = (
    "meter.callback_actions",
    "meter.credits_per_lead",
    "meter.enrichments_per_lead",
    "ours.pace-direct",
    "ours.pace-shared",
    "ours.watch-days",
    "wire.latency",
    "wire.rate",
    "wire.record-limit",
)
_LISTS = (
    "capability.action_charges",
    "capability.auto_delete",
    "capability.negotiable",
    "capability.webhook_source",
)


class Cost(NamedTuple):
    """Money in USD: the plan's price per month, and per lead over those that the plan carries.

    `leads_per_month` is how many leads its credits and actions carry; None where neither bounds
    them. `per_lead` is None where the price is not published or no lead is carried.
    """

    plan_per_month: int | None
    per_lead: Decimal | None
    leads_per_month: int | None
    facts: tuple[str, ...]


class Feasibility(NamedTuple):
    """The verdict (feasible, conditional or infeasible), all limits, and the id of the one that
    binds first.
    """

    verdict: str
    binding: str | None
    limits: tuple[Limit, ...]
    cost: Cost


def needed_facts(plans: Iterable[str]) -> dict[str, str]:
    """The ids and kinds of the facts that the decision reads, for `facts.audit_facts`."""
    per_plan = (f"plan.{plan}.{name}" for plan in plans for name in ("price", "credits", "rows"))
    return dict.fromkeys((*_NUMBERS, *per_plan), "number") | dict.fromkeys(_LISTS, "list")


def assess(facts: Facts, answers: Answers, *, transport: str, has_callback: bool) -> Feasibility:
    """Hold the workload against every limit, on the plan that was stated."""
    limits = [
        limit_of.data_credits(facts, answers),
        limit_of.actions(facts, answers, has_callback=has_callback),
        limit_of.rows(facts, answers),
    ]
    if transport == "webhook":
        limits += [
            limit_of.webhook_life(facts, answers),
            limit_of.rate(facts, answers, has_callback=has_callback),
        ]
    if answers.max_latency is not None:
        limits.append(limit_of.latency(facts, answers))
    return Feasibility(
        verdict=overall(limits),
        binding=_binding(limits),
        limits=tuple(limits),
        cost=_cost(facts, answers, limits),
    )


def overall(limits: Sequence[Limit]) -> str:
    """Feasible, conditional or infeasible: the worst of what the limits say."""
    verdicts = {limit.verdict for limit in limits}
    if EXCEEDED in verdicts:
        return INFEASIBLE
    return CONDITIONAL if verdicts & {WATCH, UNKNOWN} else FEASIBLE


def _binding(limits: Sequence[Limit]) -> str | None:
    """The limit that is reached first; of several on one day, one without a way around it.

    A warning without a day, such as that of the enrichment time, comes last.
    """
    reached = [limit for limit in limits if limit.verdict in {EXCEEDED, WATCH}]
    if not reached:
        return None
    return min(reached, key=lambda lim: (lim.day is None, lim.day or 0, lim.verdict != EXCEEDED)).id


def _cost(facts: Facts, answers: Answers, limits: Sequence[Limit]) -> Cost:
    price = facts.number(f"plan.{answers.plan}.price")
    monthly = answers.volume.per_month
    meters = [limit for limit in limits if limit.id in {"credits", "actions"}]
    carried = [
        int(limit.allowed * monthly // limit.needed)
        for limit in meters
        if limit.allowed is not None and limit.needed > 0
    ]
    most = min(carried, default=None)
    served = monthly if most is None else min(most, monthly)
    is_priced = price is not None and served > 0 and not _is_larger_size(facts, answers)
    return Cost(
        plan_per_month=price,
        per_lead=round(Decimal(price or 0) / served, 4) if is_priced else None,
        leads_per_month=most,
        facts=(f"plan.{answers.plan}.price",),
    )


def _is_larger_size(facts: Facts, answers: Answers) -> bool:
    """Whether more is stated than the published price buys."""
    return any(
        stated is not None and stated > (facts.number(f"plan.{answers.plan}.{name}") or 0)
        for name, stated in (
            ("credits", answers.monthly_credits),
            ("actions", answers.monthly_actions),
        )
    )
