"""What breaks first, what it costs and what to do about it, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from clay_arch.report.cost import MONTHLY, is_stated
from clay_arch.report.phrases import plan_phrase
from clay_arch.report.words import capitalised, duration, listed, number, uncapitalised

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clay_arch.decision.budget import Feasibility
    from clay_arch.decision.facts import Fact
    from clay_arch.decision.limits import Limit
    from clay_arch.decision.recommend import Recommendation
    from clay_arch.decision.remedies import Remedy

__all__ = [
    "LIMIT_COLUMNS",
    "binding_sentence",
    "limit_clauses",
    "limit_name",
    "limit_notes",
    "limit_rows",
    "remedy_effect",
]

LIMIT_COLUMNS = ("Limit", "Needs", "Allows", "Reached", "Verdict", "Source")
_LIFETIME = {"rows": "a table", "webhook_life": "a webhook"}
_UNLESS = {"buy": " unless you buy a larger size", "negotiate": " unless you negotiate more"}
_FULL = {"rows": "is full", "webhook_life": "takes its last lead"}


def limit_name(limit: Limit) -> str:
    """`data credits`: the title inside a sentence."""
    return uncapitalised(limit.title)


class _Clause(NamedTuple):
    """What happens at a limit: `data credits` `run out` `on day 2 of the month`."""

    subject: str
    verb: str
    when: str


def limit_clauses(limits: Sequence[Limit]) -> list[str]:
    """What happens at each limit that is reached; those that share verb and day in one clause."""
    together: dict[tuple[str, str], list[str]] = {}
    for limit in limits:
        clause = _clause(limit)
        together.setdefault((clause.verb, clause.when), []).append(clause.subject)
    said: list[str] = []
    verb_before = None
    for (verb, when), subjects in together.items():
        # "data credits run out on day 2 of the month", then only "actions on day 14"
        words = [when.replace(" of the month", "")] if verb == verb_before else [verb, when]
        said.append(" ".join([listed(subjects), *words]))
        verb_before = verb
    return said


def _clause(limit: Limit) -> _Clause:
    day = f"on day {number(limit.day or 1)}"
    if limit.id in MONTHLY:
        unless = _UNLESS.get(limit.way or "", "")
        return _Clause(limit_name(limit), "run out", f"{day} of the month{unless}")
    if limit.id in _LIFETIME:
        return _Clause(_LIFETIME[limit.id], _FULL[limit.id], day)
    if limit.id == "latency":
        stated, wanted = duration(limit.allowed or 0), duration(int(limit.needed))
        when = f"within {wanted}, but an enrichment can take {stated} or more"
        return _Clause("results", "are wanted", when)
    if limit.way == "pace":
        when = f"below {number(limit.needed)} a day unless you raise it"
        return _Clause("the project's own pace", "stays", when)
    needed, allowed = number(limit.needed), number(limit.allowed or 0)
    return _Clause(f"the {limit_name(limit)}", "lets", f"{allowed} a day through, not {needed}")


def binding_sentence(feasibility: Feasibility) -> str:
    """The limit that is reached first."""
    binding = [limit for limit in feasibility.limits if limit.id == feasibility.binding]
    if binding:
        return capitalised(f"{limit_clauses(binding)[0]}.")
    far = sorted(lim.day for lim in feasibility.limits if lim.day)
    if not far:
        return "No published limit is reached."
    first = [limit for limit in feasibility.limits if limit.day == far[0]]
    return f"Nothing soon: {listed(limit_clauses(first))}."


def limit_rows(
    recommendation: Recommendation, feasibility: Feasibility | None = None
) -> list[tuple[str, ...]]:
    """One row of `LIMIT_COLUMNS` for each limit, of the recommended variant or of another."""
    facts = {fact.id: fact for fact in recommendation.facts}
    limits = (feasibility or recommendation.feasibility).limits
    return [
        (
            limit.title,
            _needs(limit),
            _allows(limit),
            "-" if limit.day is None else f"day {number(limit.day)}",
            limit.verdict,
            _source(recommendation, limit, facts),
        )
        for limit in limits
    ]


def limit_notes(recommendation: Recommendation) -> str:
    """How the table of the limits is to be read."""
    plan = plan_phrase(recommendation.matrix, recommendation.answers.plan)
    return (
        f"Held against the {plan} plan. Days are counted from the first of the month for credits "
        "and actions, from the first lead for the rest."
    )


def _needs(limit: Limit) -> str:
    if limit.id == "latency":
        return duration(int(limit.needed))
    return f"{number(limit.needed)} a {'month' if limit.id in MONTHLY else 'day'}"


def _allows(limit: Limit) -> str:
    if limit.needed == 0:
        return "not charged"
    if limit.allowed is None:
        return "unpublished"
    if limit.id == "latency":
        return f"{duration(limit.allowed)} or more"
    if limit.id not in _LIFETIME:
        return f"{number(limit.allowed)} a {'month' if limit.id in MONTHLY else 'day'}"
    return "lifted" if limit.is_lifted else f"{number(limit.allowed)} {_LIFETIME[limit.id]}"


def _source(recommendation: Recommendation, limit: Limit, facts: dict[str, Fact]) -> str:
    if is_stated(recommendation, limit):
        return "you"
    fact = facts[limit.facts[0]]
    return f"{fact.source}, {fact.grade}"


def remedy_effect(recommendation: Recommendation, remedy: Remedy) -> str:
    """What a remedy settles, what it only eases and what it leaves."""
    names = {limit.id: limit_name(limit) for limit in recommendation.feasibility.limits}

    def named(limits: tuple[str, ...]) -> str:
        return listed([names[name] for name in limits])

    said = [f"settles {named(remedy.settles)}"] if remedy.settles else []
    said += [f"leaves {named(remedy.eases)} to buy or negotiate"] if remedy.eases else []
    if remedy.leaves:
        said.append(f"leaves {named(remedy.leaves)} exceeded")
    elif remedy.verdict == "feasible":
        said.append("no limit stands in the way then")
    elif recommendation.feasibility.verdict == "infeasible":
        said.append("no limit is exceeded then")
    return capitalised(f"{'; '.join(said)}.")
