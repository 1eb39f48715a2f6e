"""What an answer, a need or a change is called in the middle of a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clay_arch.decision.evaluate import Reason
from clay_arch.report.words import counted, duration, number

if TYPE_CHECKING:
    from clay_arch.decision.answers import Answers, Volume
    from clay_arch.decision.evaluate import Blocker
    from clay_arch.decision.matrix import Matrix
    from clay_arch.decision.rejected import Change

__all__ = [
    "a_day",
    "asked",
    "by_transport",
    "change_phrase",
    "input_name",
    "lacked",
    "leads_phrase",
    "plan_phrase",
    "runnable",
    "unmet_phrase",
    "value_phrase",
    "volume_phrase",
]

# What somebody asked for, as a noun.
_NEEDS = {
    ("data_access", "csv"): "results by CSV export",
    ("data_access", "callback"): "results by real-time callback",
    ("retry", "manual"): "retries by hand",
    ("retry", "in-app"): "retries in the running program",
    ("retry", "automatic"): "automatic retries",
    ("crm_sync", "native"): "CRM sync by Clay's native action",
    ("crm_sync", "http"): "CRM sync over HTTP",
    ("sources", "one"): "a single lead source",
    ("sources", "several"): "several lead sources",
}
_INPUTS = {
    "volume": "volume",
    "max_latency": "latest acceptable result",
    "credits_per_lead": "credits per lead",
    "actions_per_lead": "actions per lead",
    "monthly_credits": "monthly credits",
    "monthly_actions": "monthly actions",
    "plan": "plan",
    "data_access": "data access",
    "retry": "retry logic",
    "crm_sync": "CRM sync",
    "sources": "lead sources",
    "own_keys": "own provider keys",
}
_TRANSPORTS = {"webhook": "by webhook", "csv": "by CSV"}


def by_transport(transport: str) -> str:
    return _TRANSPORTS[transport]


def runnable(matrix: Matrix, variant: str, transport: str) -> str:
    """`Direct by CSV`, `Standard`: the simplest variant alone can do without a webhook."""
    title = matrix.variant(variant).title
    return f"{title} {by_transport(transport)}" if matrix.rank(variant) == 0 else title


def input_name(matrix: Matrix, name: str) -> str:
    """What an input is called: `credits per lead`, `a public HTTPS endpoint`."""
    pieces = {piece.id: piece.title for piece in matrix.infrastructure}
    return pieces.get(name) or _INPUTS.get(name, name.replace("_", " "))


def a_day(per_day: int) -> str:
    """`12,000 a day`; a volume of a few a month comes to less than one."""
    return f"{number(per_day)} a day" if per_day else "less than 1 a day"


def volume_phrase(volume: Volume) -> str:
    """`12,000 a day`, `900 a month (30 a day)`."""
    said = f"{number(volume.amount)} a {volume.period}"
    return said if volume.period == "day" else f"{said} ({a_day(volume.per_day)})"


def leads_phrase(volume: Volume) -> str:
    """`12,000 leads a day`, `1 lead a month`."""
    return f"{counted(volume.amount, 'lead')} a {volume.period}"


def plan_phrase(matrix: Matrix, plan_id: str) -> str:
    """`Growth`, `Explorer (legacy)`."""
    plan = matrix.plan(plan_id)
    is_plain = plan.generation != "legacy" or "legacy" in plan.title.lower()
    return plan.title if is_plain else f"{plan.title} (legacy)"


def value_phrase(factor_id: str, value: int | str) -> str:
    """The value of a factor in a cell of a table."""
    if factor_id == "volume":
        return a_day(int(value))
    return duration(int(value)) if factor_id == "max_latency" else str(value)


def asked(factor_id: str, value: int | str) -> str:
    """What an answer asks for, as a noun: `volume 12,000 a day`, `automatic retries`."""
    if factor_id == "max_latency":
        return f"results within {duration(int(value))}"
    fallback = f"{_INPUTS.get(factor_id, factor_id)} {value_phrase(factor_id, value)}"
    return _NEEDS.get((factor_id, str(value)), fallback)


def unmet_phrase(matrix: Matrix, unmet: Reason | Blocker) -> str:
    """What today's variant leaves undone: a need, or what an answer would take besides."""
    if isinstance(unmet, Reason):
        return asked(unmet.factor, unmet.value)
    condition = matrix.requirement(unmet.rule).when
    return asked(*condition) if condition else unmet.need


def lacked(matrix: Matrix, rules: tuple[str, ...]) -> list[str]:
    """The requirements of those ids as short nouns, each named once: `the Growth plan`, `Redis`."""
    pieces = {piece.id: piece.title for piece in matrix.infrastructure}
    nouns: dict[str, None] = {}
    for requirement in map(matrix.requirement, rules):
        if requirement.infrastructure:
            nouns[pieces[requirement.infrastructure]] = None
            continue
        plans = [matrix.plan(plan) for plan in requirement.plans]
        legacy = next((p.title for p in plans if p.generation == "legacy"), None)
        noun = f"the {plans[0].title} plan"
        if requirement.when and legacy and noun not in nouns:
            noun = f"the {plans[0].title} or legacy {legacy} plan"
        nouns[noun] = None
    return list(nouns)


def change_phrase(matrix: Matrix, answers: Answers, change: Change) -> str:
    """A change as a noun: `a volume of at most 999 a day`, `the Growth plan`, `no Redis`."""
    name, value = change.input, change.value
    if name == "volume":
        is_less = int(value) < answers.volume.per_day
        bound = (
            f"fewer than {number(int(value) + 1)}" if is_less else f"at least {number(int(value))}"
        )
        return f"a volume of {bound} a day"
    if name == "max_latency":
        is_longer = answers.max_latency is not None and int(value) > answers.max_latency
        if is_longer:
            return f"{duration(int(value))} or more to wait for results"
        return f"results in less than {duration(int(value) + 1)}"
    if name == "plan":
        return f"the {plan_phrase(matrix, str(value))} plan"
    if isinstance(value, bool):
        return input_name(matrix, name) if value else f"no {input_name(matrix, name)}"
    return asked(name, value)
