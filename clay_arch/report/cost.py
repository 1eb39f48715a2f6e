"""What it costs: the plan's price, credits, actions and the price of one lead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clay_arch.report.phrases import plan_phrase
from clay_arch.report.words import counted, money, number

if TYPE_CHECKING:
    from decimal import Decimal

    from clay_arch.decision.limits import Limit
    from clay_arch.decision.recommend import Recommendation

__all__ = ["MONTHLY", "cost_rows", "is_stated", "per_lead"]

MONTHLY = ("credits", "actions")


def is_stated(recommendation: Recommendation, limit: Limit) -> bool:
    """Whether the allowance is the architect's own figure rather than the plan's."""
    stated = getattr(recommendation.answers, f"monthly_{limit.id}", None)
    return limit.id in MONTHLY and stated is not None


def per_lead(recommendation: Recommendation, limit_id: str) -> Decimal:
    """Credits or actions that one lead is charged."""
    limit = next(limit for limit in recommendation.feasibility.limits if limit.id == limit_id)
    return limit.needed / recommendation.answers.volume.per_month


def cost_rows(recommendation: Recommendation) -> list[tuple[str, str]]:
    """Plan price, credits, actions and price per lead, each with its sentence."""
    rows = [("Plan", _price(recommendation))]
    for limit in recommendation.feasibility.limits[:2]:
        each = per_lead(recommendation, limit.id)
        rows.append((limit.title, _spent(recommendation, limit, each)))
    rows.append(("Per lead", _price_per_lead(recommendation)))
    return rows


def _price(recommendation: Recommendation) -> str:
    cost = recommendation.feasibility.cost
    fact = next(fact for fact in recommendation.facts if fact.id == cost.facts[0])
    plan = plan_phrase(recommendation.matrix, recommendation.answers.plan)
    if cost.plan_per_month == 0:
        return f"{plan}, $0 ({fact.source}, {fact.grade})"
    if cost.plan_per_month is None:
        return f"{plan}: {fact.note or 'no published price'} ({fact.source}, {fact.grade})"
    is_least = fact.title.endswith("from")
    price = f"{'from ' if is_least else ''}{money(cost.plan_per_month)} a month"
    return f"{plan}, {price} billed monthly ({fact.source}, {fact.grade})"


def _spent(recommendation: Recommendation, limit: Limit, each: Decimal) -> str:
    noun = "data credit" if limit.id == "credits" else "action"
    if limit.needed == 0:
        return "none charged"
    spent = f"{counted(each, noun)} a lead, {number(limit.needed)} a month"
    if limit.allowed is None:
        return f"{spent}; how many the plan holds is not published"
    holder = "you have" if is_stated(recommendation, limit) else "the plan holds"
    return f"{spent}; {holder} {number(limit.allowed)}"


def _price_per_lead(recommendation: Recommendation) -> str:
    cost, monthly = recommendation.feasibility.cost, recommendation.answers.volume.per_month
    if cost.plan_per_month is None:
        return "unknown, for want of a published price"
    if cost.leads_per_month == 0:
        return "none: your credits and actions carry not one lead"
    if cost.per_lead is None:
        return "unknown: the price of a plan size as large as you state is not published"
    if cost.leads_per_month is not None and cost.leads_per_month < monthly:
        leads = counted(cost.leads_per_month, "lead")
        return f"{money(cost.per_lead)}, over the {leads} a month that credits and actions carry"
    return f"{money(cost.per_lead)}, over {counted(monthly, 'lead')} a month"
