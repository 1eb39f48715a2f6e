"""The questions behind a recommendation. Each is a flag, an environment variable, a key of an
answers file and a step of the wizard; how it is written and read is said here once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from clay_arch.written import (
    one_of,
    read_credits,
    read_latency,
    read_volume,
    read_whole,
    read_yes_no,
    refuse,
    some_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from clay_arch.decision.matrix import Matrix

__all__ = [
    "QUESTIONS",
    "Question",
    "as_text",
    "flag_of",
    "question",
    "questions_for",
]

PLANS = (
    "free",
    "launch",
    "growth",
    "enterprise",
    "starter",
    "explorer",
    "pro",
    "legacy-enterprise",
)
PIECES = ("none", "https", "redis")
_NEEDS = ("data_access", "max_latency", "retry", "crm_sync", "sources")


class Question(NamedTuple):
    """One question. `read` turns its written form into the value, or raises `InputError`.

    A question may have two flags, `--one/--other`, which stand for its `options` in that order;
    a third flag, and that of every other question, takes the written form after it.
    """

    key: str
    flag: str
    prompt: str
    help: str
    read: Callable[[str], Any]
    options: tuple[str, ...] = ()
    is_required: bool = False
    is_in_wizard: bool = True


QUESTIONS = (
    Question(
        "volume",
        "--volume",
        "How many leads do you enrich?",
        "Leads to enrich: 800, 5k, 5,000, 150k/month, 1.2m/year. Per day if nothing is said.",
        read_volume,
        is_required=True,
    ),
    Question(
        "plan",
        "--plan",
        "Which Clay plan are you on?",
        "Your Clay plan.",
        one_of(*PLANS),
        PLANS,
        is_required=True,
    ),
    Question(
        "infra",
        "--infra",
        "What infrastructure do you have?",
        "What you can run: none, https, redis. Repeat it or separate by commas.",
        some_of(*PIECES),
        PIECES,
        is_required=True,
    ),
    Question(
        "data_access",
        "--data-access",
        "How must enriched data come back?",
        "How enriched data must come back: by CSV export or by real-time callback.",
        one_of("csv", "callback"),
        ("csv", "callback"),
    ),
    Question(
        "max_latency",
        "--max-latency",
        "How soon is a result needed?",
        "The latest acceptable result, such as 5m or 2h.",
        read_latency,
    ),
    Question(
        "retry",
        "--retry",
        "Who tries again after a failure?",
        "Who tries again: a person, the running program, or a queue that survives a crash.",
        one_of("manual", "in-app", "automatic"),
        ("manual", "in-app", "automatic"),
    ),
    Question(
        "crm_sync",
        "--crm-sync",
        "How does the CRM get the data?",
        "How the CRM is fed: by Clay's native action or by your own endpoint over HTTP.",
        one_of("native", "http"),
        ("native", "http"),
    ),
    Question(
        "sources",
        "--several-sources/--one-source/--sources",
        "Do leads come from one source or several?",
        "Whether leads come from several sources or from one.",
        one_of("one", "several"),
        ("several", "one"),
    ),
    Question(
        "own_keys",
        "--own-keys/--no-own-keys",
        "Do you use your own provider keys?",
        "Whether enrichments use your own provider keys, which spend no data credits.",
        read_yes_no,
        ("yes", "no"),
    ),
    Question(
        "credits_per_lead",
        "--credits-per-lead",
        "Data credits per lead?",
        "Data credits that one lead costs. Default: the low end that Clay states.",
        read_credits,
        is_in_wizard=False,
    ),
    Question(
        "actions_per_lead",
        "--actions-per-lead",
        "Actions per lead?",
        "Actions that one lead costs. Default: three enrichments, and one more with a callback.",
        read_whole(1_000),
        is_in_wizard=False,
    ),
    Question(
        "monthly_credits",
        "--monthly-credits",
        "Data credits per month?",
        "Data credits you have a month. Default: what the plan publishes.",
        read_whole(10**12),
        is_in_wizard=False,
    ),
    Question(
        "monthly_actions",
        "--monthly-actions",
        "Actions per month?",
        "Actions you have a month. Default: what the plan publishes.",
        read_whole(10**12),
        is_in_wizard=False,
    ),
)


def question(key: str) -> Question:
    return next(q for q in QUESTIONS if q.key == key)


def questions_for(matrix: Matrix) -> tuple[Question, ...]:
    """The questions with the words that this matrix knows: the one place that judges them."""
    return tuple(_fitted(asked, matrix) for asked in QUESTIONS)


def _fitted(asked: Question, matrix: Matrix) -> Question:
    if asked.key == "plan":
        return _choice(asked, one_of, [plan.id for plan in matrix.plans])
    if asked.key == "infra":
        return _choice(asked, some_of, ["none", *(piece.id for piece in matrix.infrastructure)])
    if asked.key not in _NEEDS:
        return asked
    factor = next((factor for factor in matrix.factors if factor.id == asked.key), None)
    if factor is None:
        reason = f"the matrix {matrix.name} has no factor {asked.key}; leave it out"
        return asked._replace(read=refuse(reason), is_in_wizard=False)
    return _choice(asked, one_of, factor.options) if factor.options else asked


def _choice(
    asked: Question, kind: Callable[..., Callable[[str], Any]], options: Sequence[str]
) -> Question:
    return asked._replace(read=kind(*options), options=tuple(options))


def flag_of(key: str, text: str) -> tuple[str, bool]:
    """The flag that answers the question with `text`, and whether the text stands after it."""
    asked = question(key)
    first, *others = asked.flag.split("/")
    if not others:
        return first, True
    flags = dict(zip(asked.options, (first, *others), strict=False))
    return flags.get(text, others[-1]), text not in flags


def as_text(written: object) -> str:
    """The written form of a value that YAML, or the answers themselves, hold as another type."""
    if isinstance(written, bool):
        return "yes" if written else "no"
    if isinstance(written, list):
        return ",".join(str(piece) for piece in written) or "none"
    return str(written)
