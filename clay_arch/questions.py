"""The questions behind a recommendation. Each is a flag, an environment variable, a key of an
answers file and a step of the wizard; how it is written and read is said here once.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any, NamedTuple

from clay_arch.errors import InputError, Problem
from clay_arch.written import (
    PIECES,
    one_of,
    read_credits,
    read_infrastructure,
    read_latency,
    read_volume,
    read_whole,
    read_yes_no,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from clay_arch.decision.answers import Answers
    from clay_arch.decision.matrix import Matrix

__all__ = [
    "QUESTIONS",
    "Question",
    "build_answers",
    "command_line",
    "question",
    "quoted",
    "read_answers",
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


class Question(NamedTuple):
    """One question. `read` turns its written form into the value, or raises `InputError`.

    A question with two answers may have two flags, `--one/--other`, which stand for its
    `options` in that order; other questions take their written form after the flag.
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
        read_infrastructure,
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
        "--several-sources/--one-source",
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


def read_answers(document: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    """The values of an answers file, and everything in it that cannot be read."""
    values: dict[str, Any] = {}
    problems = []
    for key, written in document.items():
        try:
            values[key] = question(key).read(_as_text(written))
        except InputError as error:
            problems.append(Problem((key,), f"{key}: {error}"))
    return values, problems


def build_answers(values: Mapping[str, Any], matrix: Matrix) -> Answers:
    """The `Answers` of values by question key, absent or None where nobody answered.

    Raises `InputError` naming every missing flag, or an answer that the matrix does not know.
    """
    from clay_arch.decision.answers import Answers

    missing = [q.flag for q in QUESTIONS if q.is_required and values.get(q.key) is None]
    if missing:
        raise InputError(f"{' and '.join(missing)} must be given; see --help for what to write")
    given = {key: value for key, value in values.items() if value is not None}
    if given["plan"] not in {plan.id for plan in matrix.plans}:
        raise InputError(f"--plan: the matrix {matrix.name} has no plan {given['plan']!r}")
    return Answers(infrastructure=given.pop("infra"), **given)


def command_line(answers: Answers, *, command: str = "recommend") -> list[str]:
    """The words of the command that gives the same answer again."""
    infra = ",".join(sorted(answers.infrastructure)) or "none"
    words = ["clay-arch", command, "--volume", str(answers.volume)]
    words += ["--plan", answers.plan, "--infra", infra]
    for asked in QUESTIONS:
        if asked.is_required:
            continue
        value = getattr(answers, asked.key)
        if value is not None and value is not False:
            words += _flag_words(asked, value)
    return words


def _flag_words(asked: Question, value: object) -> list[str]:
    for flag, option in zip(asked.flag.split("/"), asked.options, strict=False):
        if "/" in asked.flag and asked.read(option) == value:
            return [flag]
    return [asked.flag, f"{value}s" if asked.key == "max_latency" else str(value)]


def quoted(words: list[str]) -> str:
    """The words as one line for a shell."""
    return shlex.join(words)


def _as_text(written: object) -> str:
    if isinstance(written, bool):
        return "yes" if written else "no"
    if isinstance(written, list):
        return ",".join(str(piece) for piece in written) or "none"
    return str(written)
