"""A matrix or facts file of somebody's own is rendered as the packaged ones are."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from clay_arch.decision.answers import Answers, parse_volume
from clay_arch.decision.audit import audit_matrix
from clay_arch.decision.compare import compare
from clay_arch.decision.facts import Facts
from clay_arch.decision.matrix import parse_matrix
from clay_arch.decision.recommend import recommend
from clay_arch.report.adr import render_adr
from clay_arch.report.comparison import render_comparison_text
from clay_arch.report.document import recommendation_document
from clay_arch.report.markdown import render_markdown
from clay_arch.report.matrix_table import render_matrix_text
from clay_arch.report.text import render_text

if TYPE_CHECKING:
    from typing import Any

    from clay_arch.decision.recommend import Recommendation

WORDS = (
    "summary best_for retry data_access crm_sync latency crash_loses complexity time_to_implement"
)


def _variant(name: str, *requires: str) -> dict[str, Any]:
    words = {key: f"the {key} of {name} | with a bar" for key in WORDS.split()}
    lists = {"requires": list(requires), "pros": ["it is ours"], "cons": []}
    return {"id": name, "title": name.title(), **words, **lists}


def _factor(name: str, rules: dict[str, str], *options: str) -> dict[str, Any]:
    entries = [
        {
            "id": f"{name[:2].upper()}-{n}",
            "when": when,
            "simplest": simplest,
            "because": "we say so",
        }
        for n, (when, simplest) in enumerate(rules.items(), 1)
    ]
    shown = {"options": list(options)} if options else {}
    return {"id": name, "title": name.title(), **shown, "rules": entries}


def _own_matrix() -> dict[str, Any]:
    steps = {"[0, 10)": "tiny", "[10, 20)": "small", "[20, 30)": "large", "[30, inf)": "vast"}
    return {
        "name": "ours",
        "version": "9",
        "plans": [{"id": "growth", "title": "Growth", "generation": "modern"}],
        "infrastructure": [],
        "variants": [_variant(name) for name in ("tiny", "small", "large", "vast")],
        "factors": [
            _factor("volume", steps),
            _factor("retry", {"by-hand": "tiny", "by-itself": "vast"}, "by-hand", "by-itself"),
        ],
        "requirements": [],
    }


@pytest.fixture(name="own", params=["5", "15", "29", "5000000"])
def _own(request: pytest.FixtureRequest, facts: Facts) -> Recommendation:
    known = {fact.id: fact for fact in facts.all() if not fact.id.startswith("routines.")}
    answers = Answers(parse_volume(request.param), "growth", frozenset(), retry="by-hand")
    matrix = parse_matrix(_own_matrix())
    return recommend(matrix, Facts(facts.version, facts.sources, known), answers)


def test_the_matrix_of_these_tests_is_total() -> None:
    assert audit_matrix(_own_matrix()) == []


def test_every_format_takes_an_own_matrix_and_facts_without_routines(own: Recommendation) -> None:
    text = render_text(own, command="clay-arch", colour=True, width=100)
    title = own.matrix.variant(own.decision.variant).title

    assert title in text
    assert "Considered" not in text
    assert title in render_markdown(own, command="clay-arch")
    assert title in render_adr(own, number=1, date="2026-11-23", command="clay-arch", tests=())
    assert recommendation_document(own, command="clay-arch", tool_version="1")["considered"] == []


def test_tables_take_as_many_variants_as_there_are(own: Recommendation, facts: Facts) -> None:
    compared = compare(own.matrix, facts, own.answers)
    side_by_side = render_comparison_text(
        compared, own, command="clay-arch compare", colour=False, width=100
    )

    for table in (side_by_side, render_matrix_text(own.matrix, colour=False, width=100)):
        assert all(variant.title in table for variant in own.matrix.variants)


def test_a_bar_in_a_text_does_not_split_a_markdown_cell(own: Recommendation) -> None:
    rows = render_markdown(own, command="clay-arch").splitlines()
    factors = [row for row in rows if row.startswith("| Volume |")]

    assert [row.count("|") for row in factors] == [5]


def test_text_and_json_load_nothing_heavy() -> None:
    program = (
        "import sys, clay_arch.report.text, clay_arch.report.document;"
        "print(sorted({'jinja2', 'yaml', 'jsonschema', 'copier'} & set(sys.modules)))"
    )

    loaded = subprocess.check_output([sys.executable, "-c", program], text=True)

    assert loaded == "[]\n"
