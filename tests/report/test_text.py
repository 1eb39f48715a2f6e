"""The text report: the verdict first, within its width, the same with colour as without."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from click import unstyle

from clay_arch.report.text import render_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from clay_arch.decision.recommend import Recommendation

    Ask = Callable[..., Recommendation]

COMMAND = "clay-arch recommend --volume 12000 --plan free --infra none --credits-per-lead 6"
NOT_PROSE = re.compile(
    r"\bNone\b|\bTrue\b|\bFalse\b|\bnan\b|Decimal|frozenset|\(\)|\[\]"  # as Python writes them
    r"|\s,|\.\.|: *\.|; *\."  # clauses that end in nothing
    r"|\b1 (leads|actions|data credits|credits|days)\b"
)


def _text(recommendation: Recommendation, *, colour: bool = False, width: int = 100) -> str:
    return render_text(recommendation, command=COMMAND, colour=colour, width=width)


@pytest.mark.parametrize("width", [100, 80, 60])
def test_no_line_is_wider_than_asked_for(sampled: list[Recommendation], width: int) -> None:
    lines = [line for r in sampled for line in _text(r, width=width).splitlines()]

    assert [line for line in lines if len(line) > width] == []


@pytest.mark.parametrize(("asked_for", "widest"), [(500, 100), (1, 60)])
def test_a_width_that_nobody_can_read_is_brought_into_bounds(
    ask: Ask, asked_for: int, widest: int
) -> None:
    lines = _text(ask("12000", "free"), width=asked_for).splitlines()

    assert max(map(len, lines)) <= widest


def test_there_are_no_colour_codes_when_colour_is_off(sampled: list[Recommendation]) -> None:
    assert not any("\x1b" in _text(r) for r in sampled)


def test_colour_changes_nothing_but_the_colour(sampled: list[Recommendation]) -> None:
    for recommendation in sampled:
        coloured = _text(recommendation, colour=True)

        assert "\x1b" in coloured
        assert unstyle(coloured) == _text(recommendation)


def test_no_line_ends_in_blanks(sampled: list[Recommendation]) -> None:
    lines = [line for r in sampled for line in _text(r).splitlines()]

    assert [line for line in lines if line != line.rstrip()] == []


def test_it_reads_as_prose_all_over_the_answer_space(sampled: list[Recommendation]) -> None:
    found = {m.group() for r in sampled for m in NOT_PROSE.finditer(_text(r))}

    assert found == set()


def test_the_first_sentence_is_the_whole_verdict_of_a_blocked_recommendation(ask: Ask) -> None:
    first = " ".join(_text(ask("12000", "free")).splitlines()[:2])

    assert first == (
        "Queue fits; you lack the Growth plan, a public HTTPS endpoint and Redis; what you can run "
        "today is Direct by CSV, which leaves unmet: volume 12,000 a day."
    )


def test_a_plan_without_webhooks_makes_direct_go_by_csv(ask: Ask) -> None:
    first = _text(ask("30", "free")).splitlines()[0]

    assert first == "Direct fits, by CSV in and out: the Free plan has no webhook source."


def test_the_report_says_what_is_exceeded_and_when(ask: Ask) -> None:
    text = _text(ask("960", "growth", "https"))

    assert "data credits run out on day 2 of the month and actions on day 14." in text


def test_an_unpublished_allowance_is_named_as_such(ask: Ask) -> None:
    text = _text(ask("5000", "explorer", "https"))

    assert "Nobody publishes the data credits and rows per table" in " ".join(text.split())
    assert "unpublished" in text


def test_the_marker_stands_under_the_band_of_its_variant(ask: Ask) -> None:
    lines = _text(ask("5000", "growth", "https")).splitlines()
    scale = next(line for line in lines if "┿" in line)
    marker = next(line for line in lines if "▲" in line).index("▲")

    assert scale.index("┿") < marker < scale.rindex("┿")
    assert scale[marker] == "━"


def test_the_band_names_the_rule_that_hides_a_lower_variant(ask: Ask) -> None:
    text = _text(ask("5", "growth", sources="several"))

    assert "SRC-2 asks for Queue at any volume." in text


def test_the_command_is_at_the_end_and_can_be_pasted(ask: Ask) -> None:
    text = _text(ask("12000", "free"), width=60)
    pasted = text.split("The same again\n")[1].replace("\\\n", " ").split()

    assert pasted == COMMAND.split()


def test_a_report_ends_with_one_newline(ask: Ask) -> None:
    text = _text(ask("12000", "free"))

    assert text.endswith("\n")
    assert not text.endswith("\n\n")
