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
    `verdict` is ok, watch (a known way around it exists), unknown or exceeded; `way` is that way:
    buy, negotiate, renew (a fresh webhook or table), pace or wait. `day` is the day on which the
    limit is reached at the stated volume, counted from 1; None where no day applies. `facts` are
    the ids of the facts behind it.
    """

    id: str
    title: str
    needed: Decimal
    allowed: int | None
    unit: str
    facts: tuple[str, ...]
    verdict: str = OK
    day: int | None = None
    way: str | None = None
    is_lifted: bool = False


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
        allowed=_first(answers.monthly_credits, facts.number(base)),
        unit="credits per month",
        facts=_known(facts, base, ceiling, "meter.credits_per_lead"),
    )
    return _monthly(facts, answers, limit, ceiling=facts.number(ceiling) or 0)


def actions(facts: Facts, answers: Answers, *, has_callback: bool) -> Limit:
    is_charged = facts.includes("capability.action_charges", answers.plan)
    per_lead = actions_per_lead(facts, answers, has_callback=has_callback) if is_charged else 0
    allowance = f"plan.{answers.plan}.actions"
    limit = Limit(
        id="actions",
        title="Actions",
        needed=Decimal(answers.volume.per_month * per_lead),
        allowed=_first(answers.monthly_actions, facts.number(allowance)),
        unit="actions per month",
        facts=_known(facts, allowance, "capability.action_charges", "meter.action"),
    )
    return _monthly(facts, answers, limit, ceiling=0)


def webhook_life(facts: Facts, answers: Answers) -> Limit:
    limit = Limit(
        id="webhook_life",
        title="Webhook life",
        needed=answers.volume.each_day,
        allowed=facts.number("wire.record-limit"),
        unit="submissions per webhook",
        facts=("wire.record-limit", "capability.auto_delete"),
    )
    return _lifetime(facts, answers, limit)


def rows(facts: Facts, answers: Answers) -> Limit:
    allowance = f"plan.{answers.plan}.rows"
    limit = Limit(
        id="rows",
        title="Rows per table",
        needed=answers.volume.each_day,
        allowed=facts.number(allowance),
        unit="rows per table",
        facts=_known(facts, allowance, "capability.auto_delete", "wire.table-full"),
    )
    return _lifetime(facts, answers, limit)


def rate(facts: Facts, answers: Answers, *, has_callback: bool) -> Limit:
    """The webhook rate of the whole workspace as requests per day; projects keep below it."""
    pace_fact = "ours.pace-shared" if has_callback else "ours.pace-direct"
    per_second, pace = facts.number("wire.rate"), facts.number(pace_fact)
    limit = Limit(
        id="rate",
        title="Webhook rate",
        needed=answers.volume.each_day,
        allowed=None if per_second is None else per_second * SECONDS_PER_DAY,
        unit="requests per day",
        facts=("wire.rate", pace_fact),
    )
    if limit.allowed is None:
        return limit._replace(verdict=UNKNOWN)
    if limit.needed > limit.allowed:
        return limit._replace(verdict=EXCEEDED, day=1)
    is_paced = pace is not None and limit.needed > pace * SECONDS_PER_DAY
    return limit._replace(verdict=WATCH, way="pace") if is_paced else limit


def latency(facts: Facts, answers: Answers) -> Limit:
    """How soon a result is wanted, against the time that Clay states for one enrichment."""
    wanted = answers.max_latency or 0
    limit = Limit(
        id="latency",
        title="Enrichment time",
        needed=Decimal(wanted),
        allowed=facts.number("wire.latency"),
        unit="seconds",
        facts=("wire.latency",),
    )
    if limit.allowed is None:
        return limit._replace(verdict=UNKNOWN)
    return limit._replace(verdict=WATCH, way="wait") if wanted < limit.allowed else limit


def _monthly(facts: Facts, answers: Answers, limit: Limit, *, ceiling: int) -> Limit:
    """Judge a monthly allowance, published or stated, and whether it could be larger."""
    if limit.needed == 0:
        return limit
    if limit.allowed is None:
        return limit._replace(verdict=UNKNOWN)
    if limit.needed <= limit.allowed:
        return limit
    day = _day(limit.allowed * DAYS_PER_MONTH, limit.needed)
    if limit.needed <= ceiling:
        return limit._replace(verdict=WATCH, day=day, way="buy")
    if facts.includes("capability.negotiable", answers.plan):
        return limit._replace(verdict=WATCH, day=day, way="negotiate")
    return limit._replace(verdict=EXCEEDED, day=day)


def _lifetime(facts: Facts, answers: Answers, limit: Limit) -> Limit:
    """Judge a limit that fills up once and then needs a new webhook or table."""
    if facts.includes("capability.auto_delete", answers.plan):
        return limit._replace(is_lifted=True)
    if limit.allowed is None:
        return limit._replace(verdict=UNKNOWN)
    day = answers.volume.day_of(limit.allowed)
    is_soon = day <= (facts.number("ours.watch-days") or 0)
    return (
        limit._replace(verdict=WATCH, day=day, way="renew") if is_soon else limit._replace(day=day)
    )


def _day(allowed: int, per_day: Decimal) -> int:
    """The day on which `allowed` is used up at `per_day`; at least the first."""
    whole, rest = divmod(Decimal(allowed), per_day)
    return max(1, int(whole) + (rest > 0))


def _first(*values: int | None) -> int | None:
    return next((value for value in values if value is not None), None)


def _known(facts: Facts, *fact_ids: str) -> tuple[str, ...]:
    return tuple(fact_id for fact_id in fact_ids if fact_id in facts.by_id)
