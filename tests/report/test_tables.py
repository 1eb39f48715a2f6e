"""The matrix, the facts, troubles and comparisons as tables, and the colours of the variants."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from click import unstyle

from clay_arch.decision.compare import compare
from clay_arch.report.comparison import render_comparison_markdown, render_comparison_text
from clay_arch.report.diagnosis import (
    render_diagnosis_text,
    render_troubles_text,
)
from clay_arch.report.facts_table import facts_document, render_facts_text, stale_facts
from clay_arch.report.matrix_table import (
    matrix_document,
    render_matrix_markdown,
    render_matrix_text,
)
from clay_arch.report.palette import ACCENTS, as_hex

if TYPE_CHECKING:
    from collections.abc import Callable

    from clay_arch.decision.facts import Facts
    from clay_arch.decision.matrix import Matrix
    from clay_arch.decision.recommend import Recommendation
    from clay_arch.decision.troubles import Trouble

    Ask = Callable[..., Recommendation]


@pytest.mark.parametrize("colour", [True, False])
@pytest.mark.parametrize("width", [100, 80])
def test_every_table_keeps_to_its_width_and_its_content(
    ask: Ask,
    matrix: Matrix,
    facts: Facts,
    troubles: tuple[Trouble, ...],
    *,
    colour: bool,
    width: int,
) -> None:
    recommendation = ask("12000", "free")
    compared = compare(matrix, facts, recommendation.answers)

    def rendered(*, colour: bool) -> list[str]:
        return [
            render_matrix_text(matrix, colour=colour, width=width),
            render_facts_text(facts, colour=colour, width=width),
            render_troubles_text(troubles, colour=colour, width=width),
            render_diagnosis_text(troubles, facts=facts, colour=colour, width=width),
            render_comparison_text(
                compared, recommendation, command="clay-arch compare", colour=colour, width=width
            ),
        ]

    texts = [unstyle(text) for text in rendered(colour=colour)]

    assert texts == rendered(colour=False)
    assert max(len(line) for text in texts for line in text.splitlines()) <= width


def test_a_comparison_has_one_column_for_each_variant(
    ask: Ask, matrix: Matrix, facts: Facts
) -> None:
    recommendation = ask("12000", "free")
    compared = compare(matrix, facts, recommendation.answers)

    markdown = render_comparison_markdown(compared, recommendation, command="clay-arch compare")

    assert "|  | Direct | Standard | Queue |" in markdown
    assert "| Fit | Too little: VOL-3 | Too little: VOL-3 | Recommended |" in markdown


def test_the_matrix_shows_every_rule_and_requirement(matrix: Matrix) -> None:
    ids = [rule.id for factor in matrix.factors for rule in factor.rules]
    ids += [need.id for need in matrix.requirements]
    document = matrix_document(matrix, tool_version="1")
    on_screen = render_matrix_text(matrix, colour=False, width=100)

    for text in (on_screen, render_matrix_markdown(matrix)):
        assert all(re.search(rf"\b{rule_id}\b", text) for rule_id in ids)
    assert [entry["id"] for entry in (*document["rules"], *document["requirements"])] == ids


def test_the_matrix_shows_the_thresholds_of_each_variant(matrix: Matrix) -> None:
    table = matrix_document(matrix, tool_version="1")["table"]

    assert table["Volume"] == {
        "direct": "Below 1,000",
        "standard": "1,000 to 9,999",
        "queue": "10,000 and more",
    }
    assert table["Infrastructure"]["direct"] == "None"


def test_every_fact_is_listed_with_its_source_and_grade(facts: Facts) -> None:
    document = facts_document(facts, tool_version="1")

    assert [entry["id"] for entry in document["facts"]] == [fact.id for fact in facts.all()]
    assert {entry["grade"] for entry in document["facts"]} <= set(document["grades"])
    json.dumps(document)


@pytest.mark.parametrize(("days", "is_stale"), [(38, False), (37, True), (0, True)])
def test_a_fact_is_stale_once_more_days_have_passed(
    facts: Facts, *, days: int, is_stale: bool
) -> None:
    stale = stale_facts(facts, today="2026-12-31", days=days)

    assert bool(stale) is is_stale


def test_a_fact_read_today_is_not_stale(facts: Facts) -> None:
    newest = max(fact.read_on for fact in facts.all())

    assert stale_facts(facts, today=newest, days=0) == ()


def test_every_variant_has_an_accent_that_shows_on_white_and_on_black(matrix: Matrix) -> None:
    assert set(ACCENTS) == {variant.id for variant in matrix.variants}
    for colour in ACCENTS.values():
        light = _luminance(as_hex(colour))

        assert 1.05 / (light + 0.05) > 4
        assert (light + 0.05) / 0.05 > 4


def _luminance(colour: str) -> float:
    """The relative luminance of a colour such as `#008787`, as the web's guidelines define it."""
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
