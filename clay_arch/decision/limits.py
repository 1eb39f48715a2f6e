"""Clay's limits, each held against one workload. Every figure comes from a dated fact. Pure."""

from decimal import Decimal
from typing import NamedTuple

from clay_arch.decision.answers import DAYS_PER_MONTH, Answers
from clay_arch.decision.facts import Facts

__all__ = [
    "EXCEEDED",
    "OK",
    "UNKNOWN",
    "WATCH",
    "Limit",
    "actions",
    "actions_per_lead",
    "credits_per_lead",
    "data_credits",
    "latency",
    "rate",
    "rows",
    "webhook_life",
]

OK, WATCH, UNKNOWN, EXCEEDED = "ok", "watch", "unknown", "exceeded"
SECONDS_PER_DAY = 86_400


class Limit(NamedTuple):
    """One limit against this workload.

    `needed` and `allowed` share `unit`; `allowed` None means that nobody publishes it.
    `verdict` is ok, watch (a known way around it exists), unknown or exceeded. `day` is the day
    on which the limit is reached at the stated volume, counted from 1; None where no day applies.
    `facts` are the ids of the facts behind it.
    """

    id: str
    title: str
    needed: Decimal
    allowed: int | None
    unit: str
    facts: tuple[str, ...]
    verdict: str = OK
    day: int | None = None


def credits_per_lead(facts: Facts, answers: Answers) -> Decimal:
    """Marketplace credits that one lead costs: none with own provider keys."""
    if answers.own_keys:
        return Decimal(0)
    if answers.credits_per_lead is not None:
        return answers.credits_per_lead
    return Decimal(facts.number("meter.credits_per_lead") or 0)


def actions_per_lead(facts: Facts, answers: Answers, *, has_callback: bool) -> int:
    """Actions that one lead costs: one per enrichment column, and one for a callback."""
    if answers.actions_per_lead is not None:
        return answers.actions_per_lead
    callback = facts.number("meter.callback_actions") or 0
    return (facts.number("meter.enrichments_per_lead") or 0) + (callback if has_callback else 0)


def data_credits(facts: Facts, answers: Answers) -> Limit:
    base, ceiling = f"plan.{answers.plan}.credits", f"plan.{answers.plan}.credits-ceiling"
    limit = Limit(
        id="credits",
        title="Data credits",
        needed=answers.volume.per_month * credits_per_lead(facts, answers),
        allowed=facts.number(base),
        unit="credits per month",
        facts=_known(facts, base, ceiling, "meter.credits_per_lead"),
    )
    can_be_raised = limit.needed <= (facts.number(ceiling) or 0)
    return _monthly(facts, answers, limit, answers.monthly_credits, can_be_raised=can_be_raised)


def actions(facts: Facts, answers: Answers, *, has_callback: bool) -> Limit:
    is_charged = facts.includes("capability.action_charges", answers.plan)
    per_lead = actions_per_lead(facts, answers, has_callback=has_callback) if is_charged else 0
    allowance = f"plan.{answers.plan}.actions"
    limit = Limit(
        id="actions",
        title="Actions",
        needed=Decimal(answers.volume.per_month * per_lead),
        allowed=facts.number(allowance),
        unit="actions per month",
        facts=_known(facts, allowance, "capability.action_charges", "meter.action"),
    )
    return _monthly(facts, answers, limit, answers.monthly_actions, can_be_raised=False)


def webhook_life(facts: Facts, answers: Answers) -> Limit:
    limit = Limit(
        id="webhook_life",
        title="Webhook life",
        needed=Decimal(answers.volume.per_day),
        allowed=facts.number("wire.record-limit"),
        unit="submissions per webhook",
        facts=("wire.record-limit", "capability.auto_delete"),
    )
    return _lifetime(facts, answers, limit)


def rows(facts: Facts, answers: Answers) -> Limit:
    limit = Limit(
        id="rows",
        title="Rows per table",
        needed=Decimal(answers.volume.per_day),
        allowed=facts.number(f"plan.{answers.plan}.rows"),
        unit="rows per table",
        facts=_known(
            facts, f"plan.{answers.plan}.rows", "capability.auto_delete", "wire.table-full"
        ),
    )
    return _lifetime(facts, answers, limit)


def rate(facts: Facts, answers: Answers) -> Limit:
    """The webhook rate of the whole workspace, as requests per day."""
    per_second = facts.number("wire.rate")
    limit = Limit(
        id="rate",
        title="Webhook rate",
        needed=Decimal(answers.volume.per_day),
        allowed=None if per_second is None else per_second * SECONDS_PER_DAY,
        unit="requests per day",
        facts=("wire.rate",),
    )
    if limit.allowed is None:
        return limit._replace(verdict=UNKNOWN)
    return limit._replace(verdict=EXCEEDED, day=1) if limit.needed > limit.allowed else limit


def latency(facts: Facts, answers: Answers) -> Limit:
    """How soon a result is wanted, against the time that Clay states for one enrichment."""
    stated = facts.number("wire.latency")
    wanted = answers.max_latency or 0
    limit = Limit(
        id="latency",
        title="Enrichment time",
        needed=Decimal(wanted),
        allowed=stated,
        unit="seconds",
        facts=("wire.latency",),
    )
    if stated is None:
        return limit._replace(verdict=UNKNOWN)
    return limit._replace(verdict=WATCH) if wanted < stated else limit


def _monthly(
    facts: Facts, answers: Answers, limit: Limit, stated: int | None, *, can_be_raised: bool
) -> Limit:
    """Judge a monthly allowance. A stated one is final; a published one may be raised."""
    limit = limit if stated is None else limit._replace(allowed=stated)
    if limit.needed == 0:
        return limit
    if limit.allowed is None:
        return limit._replace(verdict=UNKNOWN)
    if limit.needed <= limit.allowed:
        return limit
    is_negotiable = facts.includes("capability.negotiable", answers.plan)
    verdict = WATCH if stated is None and (can_be_raised or is_negotiable) else EXCEEDED
    day = _day(limit.allowed * DAYS_PER_MONTH, limit.needed)
    return limit._replace(verdict=verdict, day=day)


def _lifetime(facts: Facts, answers: Answers, limit: Limit) -> Limit:
    """Judge a limit that fills up once and then needs a new webhook or table."""
    if facts.includes("capability.auto_delete", answers.plan):
        return limit
    if limit.allowed is None:
        return limit._replace(verdict=UNKNOWN)
    day = _day(limit.allowed, limit.needed)
    horizon = facts.number("ours.watch-days") or 0
    return limit._replace(verdict=WATCH if day <= horizon else OK, day=day)


def _day(allowed: int, per_day: Decimal) -> int:
    """The day on which `allowed` is used up at `per_day`; at least the first."""
    whole, rest = divmod(Decimal(allowed), per_day)
    return max(1, int(whole) + (rest > 0))


def _known(facts: Facts, *fact_ids: str) -> tuple[str, ...]:
    return tuple(fact_id for fact_id in fact_ids if fact_id in facts.by_id)
