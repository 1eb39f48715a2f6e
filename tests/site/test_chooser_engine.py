"""The page looks its answers up; the engine works them out. They never differ."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from clay_arch.commands.answer import command_of
from clay_arch.decision.answers import LARGEST_VOLUME, Volume, parse_volume
from clay_arch.decision.compare import compare
from clay_arch.decision.flips import find_flips
from clay_arch.decision.recommend import recommend
from clay_arch.decision.rejected import rejections
from clay_arch.decision.verdict import judge
from clay_arch.report.cost import cost_rows
from clay_arch.report.flips import flip_sentence
from clay_arch.report.limits import binding_sentence
from clay_arch.report.phrases import unmet_phrase
from clay_arch.report.rejections import rejection_sentence
from clay_arch.report.verdict import fit_sentence
from clay_arch.report.words import number
from tests.site.questions import as_page_answers, questions

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from clay_arch.decision.answers import Answers
    from clay_arch.decision.budget import Feasibility
    from clay_arch.decision.facts import Facts
    from clay_arch.decision.flips import Flip
    from clay_arch.decision.matrix import Matrix
    from clay_arch.decision.recommend import Recommendation

ASK = "asked => asked.map(customElements.get('clay-arch-chooser').answer)"
COUNT, SEED = 6_000, 20_261_128


def _ask(page: Page, asked: list[Answers]) -> list[dict[str, Any]]:
    return cast("list[dict[str, Any]]", page.evaluate(ASK, [as_page_answers(a) for a in asked]))


@pytest.fixture(scope="module", name="base")
def _base(matrix: Matrix, facts: Facts) -> Recommendation:
    """What the reports' sentences want to be told; what a question changes is replaced in it."""
    asked = questions(matrix, facts, count=COUNT, seed=SEED)
    plans = {answers.plan: answers for answers in asked}
    base = recommend(matrix, facts, asked[0])
    every = {f.id: f for a in plans.values() for f in recommend(matrix, facts, a).facts}
    return base._replace(facts=tuple(every.values()))


def _expected(base: Recommendation, facts: Facts, answers: Answers) -> dict[str, Any]:
    matrix = base.matrix
    decision, feasibility = judge(matrix, facts, answers)
    rejected = {r.variant: r for r in rejections(matrix, answers, decision.variant)}
    full = base._replace(answers=answers, decision=decision, feasibility=feasibility)
    columns = compare(matrix, facts, answers)
    reasons = sorted(decision.reasons, key=lambda r: [f.id for f in matrix.factors].index(r.factor))
    return {
        "fit": matrix.rank(decision.variant),
        "status": decision.status,
        "transport": decision.transport,
        "today": matrix.rank(decision.today.variant),
        "todayTransport": decision.today.transport,
        "reasons": [{"rule": r.rule, "factor": r.factor, "decides": r.decides} for r in reasons],
        "lacks": [[blocker.rule for blocker in column.blockers] for column in columns],
        "sentence": fit_sentence(full),
        "unmet": [unmet_phrase(matrix, need) for need in decision.today.unmet],
        "variants": [
            _column(full._replace(feasibility=column.feasibility))
            | {
                "rejection": rejection_sentence(full, rejected[column.variant.id])
                if column.variant.id in rejected
                else None
            }
            for column in columns
        ],
        "recommend": command_of(cast("Recommendation", SimpleNamespace(answers=answers)), {}),
    }


def _column(recommendation: Recommendation) -> dict[str, Any]:
    feasibility = recommendation.feasibility
    return {
        "limits": _limits(feasibility),
        "feasibility": feasibility.verdict,
        "binding": feasibility.binding,
        "bindingSentence": binding_sentence(feasibility),
        "pricePerLead": dict(cost_rows(recommendation))["Per lead"],
    }


def _limits(feasibility: Feasibility) -> list[list[Any]]:
    return [
        [
            limit.id,
            number(limit.needed),
            limit.allowed,
            limit.verdict,
            limit.way,
            None if limit.day is None else str(limit.day),
        ]
        for limit in feasibility.limits
    ]


@pytest.mark.slow
def test_the_page_and_the_engine_never_differ(
    page: Page, explored: Path, base: Recommendation, facts: Facts
) -> None:
    asked = questions(base.matrix, facts, count=COUNT, seed=SEED)
    page.goto(explored.as_uri())

    found = _ask(page, asked)

    differences = []
    for answers, shown in zip(asked, found, strict=True):
        shown["lacks"] = [lacking["rules"] for lacking in shown["lacks"]]
        expected = _expected(base, facts, answers)
        differences += [
            (answers, key, shown[key], value)
            for key, value in expected.items()
            if shown[key] != value
        ]
    print(f"{len(asked)} questions, {len(differences)} differences")  # noqa: T201 - the figure
    assert differences[:3] == []


def _volume_flip(matrix: Matrix, flip: Flip) -> list[Any]:
    assert flip.outcome is not None
    there = flip.outcome
    said = (
        matrix.rank(there.variant),
        there.status,
        there.transport,
        matrix.rank(there.today),
        there.today_transport,
    )
    return [parse_volume(str(flip.value)).amount, " ".join(map(str, said))]


def test_the_flips_along_volume_are_those_of_the_engine(
    page: Page, explored: Path, matrix: Matrix, facts: Facts
) -> None:
    asked = questions(matrix, facts, count=COUNT, seed=SEED)[::20]
    page.goto(explored.as_uri())

    found = [shown["flips"] for shown in _ask(page, asked)]

    expected = [
        [
            _volume_flip(matrix, flip)
            for flip in find_flips(matrix, facts, answers)
            if flip.input == "volume" and flip.aspect == "decision"
        ]
        for answers in asked
    ]
    assert found == expected


def test_what_would_change_the_answer_is_said_as_the_report_says_it(
    page: Page, explored: Path, matrix: Matrix, facts: Facts
) -> None:
    """All but the end of the report's sentence, which says what becomes of the limits."""
    asked = questions(matrix, facts, count=COUNT, seed=SEED)[::40]
    page.goto(explored.as_uri())

    found = [shown["changes"] for shown in _ask(page, asked)]

    told = 0
    for answers, said in zip(asked, found, strict=True):
        full = recommend(matrix, facts, answers)
        for flip in full.flips:
            if flip.aspect == "decision" and flip.input not in {"own_keys", "max_latency"}:
                sentence = flip_sentence(full, flip)
                assert any(sentence.startswith(each.removesuffix(".")) for each in said), sentence
                told += 1
    assert told > len(asked)


def _is_carried(matrix: Matrix, facts: Facts, answers: Answers, name: str, leads: int) -> bool:
    limits = judge(matrix, facts, answers._replace(volume=Volume(leads))).feasibility.limits
    return next(limit.verdict for limit in limits if limit.id == name) in {"ok", "unknown"}


def test_an_allowance_ends_where_its_curve_is_marked(
    page: Page, explored: Path, matrix: Matrix, facts: Facts
) -> None:
    asked = questions(matrix, facts, count=COUNT, seed=SEED)[::10]
    page.goto(explored.as_uri())

    found = [shown["crossings"] for shown in _ask(page, asked)]

    marked = 0
    for answers, crossings in zip(asked, found, strict=True):
        for name, ends in crossings.items():
            last = ends[0] if ends else LARGEST_VOLUME
            assert last == 0 or _is_carried(matrix, facts, answers, name, last)
            assert not ends or not _is_carried(matrix, facts, answers, name, last + 1)
            marked += len(ends)
    assert marked > len(asked) / 2


def test_an_address_holds_every_answer(
    page: Page, explored: Path, matrix: Matrix, facts: Facts
) -> None:
    asked = [as_page_answers(a) for a in questions(matrix, facts, count=COUNT, seed=SEED)[::10]]
    page.goto(explored.as_uri())

    read_back = page.evaluate(
        """asked => {
          const chooser = customElements.get("clay-arch-chooser");
          return asked.map((answers) => chooser.answersOf(chooser.answer(answers).hash));
        }""",
        asked,
    )

    assert read_back == [{"answers": answers, "refused": []} for answers in asked]
