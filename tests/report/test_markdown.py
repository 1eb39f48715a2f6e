"""Markdown and decision records: the same verdict, well formed, nothing left out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import yaml

from clay_arch.report.adr import render_adr
from clay_arch.report.document import recommendation_document
from clay_arch.report.flips import telling_flips
from clay_arch.report.markdown import render_markdown
from clay_arch.report.text import render_text
from clay_arch.report.verdict import fit_sentence

if TYPE_CHECKING:
    from collections.abc import Callable

    from clay_arch.decision.recommend import Recommendation

    Ask = Callable[..., Recommendation]

COMMAND = "clay-arch recommend --volume 12000"
TESTS = ("tests/domain/test_pacing.py", "tests/faults/test_crash.py")
MADR = (
    "Context and Problem Statement",
    "Decision Drivers",
    "Considered Options",
    "Decision Outcome",
    "Consequences",
    "Confirmation",
    "Pros and Cons of the Options",
    "More Information",
)


def _record(recommendation: Recommendation, *, chosen: str | None = None) -> str:
    return render_adr(
        recommendation,
        number=7,
        date="2026-11-23",
        command=COMMAND,
        tests=TESTS,
        project="acme-leads",
        chosen=chosen,
    )


def _tables(markdown: str) -> list[list[str]]:
    """The tables of a document, each as its lines."""
    blocks = re.findall(r"(?:^\|.*\n)+", markdown, flags=re.MULTILINE)
    return [block.splitlines() for block in blocks]


def _cells(line: str) -> int:
    return len(re.findall(r"(?<!\\)\|", line)) - 1


def test_all_formats_give_the_same_verdict(sampled: list[Recommendation]) -> None:
    for recommendation in sampled[::3]:
        verdict = fit_sentence(recommendation)
        text = render_text(recommendation, command=COMMAND, colour=False, width=100)
        document = recommendation_document(recommendation, command=COMMAND, tool_version="1")

        assert " ".join(text.split()).startswith(verdict)
        assert f"**{verdict}**" in render_markdown(recommendation, command=COMMAND)
        assert verdict in _record(recommendation)
        assert document["recommendation"]["text"] == verdict


def test_every_line_of_a_table_has_as_many_cells(sampled: list[Recommendation]) -> None:
    for recommendation in sampled[::3]:
        documents = (render_markdown(recommendation, command=COMMAND), _record(recommendation))
        tables = [table for document in documents for table in _tables(document)]

        assert len(tables) == 5
        assert all(len({_cells(line) for line in table}) == 1 for table in tables)


def test_no_blank_lines_are_doubled_and_no_value_is_left_out(
    sampled: list[Recommendation],
) -> None:
    for recommendation in sampled[::3]:
        for document in (render_markdown(recommendation, command=COMMAND), _record(recommendation)):
            assert "\n\n\n" not in document
            assert "None" not in document.replace("None charged", "")
            assert document.endswith("\n")
            assert not document.endswith("\n\n")


def test_a_record_opens_with_its_status_and_date(ask: Ask) -> None:
    _, front_matter, body = _record(ask("30", "growth", "https")).split("---\n", 2)

    assert yaml.safe_load(front_matter.replace("date: ", "date: !!str ")) == {
        "status": "accepted",
        "date": "2026-11-23",
    }
    assert body.startswith("\n# 7. Direct for 30 leads a day through Clay\n")


def test_a_blocked_recommendation_is_only_proposed(ask: Ask) -> None:
    assert _record(ask("12000", "free")).startswith("---\nstatus: proposed\n")


def test_a_record_has_the_sections_of_madr_in_their_order(ask: Ask) -> None:
    record = _record(ask("12000", "free"))
    headings = re.findall(r"^##+ (.*)$", record, flags=re.MULTILINE)

    assert [heading for heading in headings if heading in MADR] == list(MADR)


def test_a_record_names_the_tests_that_confirm_it(ask: Ask) -> None:
    record = _record(ask("12000", "free"))
    confirmation = record.split("### Confirmation")[1].split("## ")[0]

    assert [f"* `{path}`" for path in TESTS] == re.findall(r"^\* .*$", confirmation, re.MULTILINE)


def test_a_record_says_when_to_revisit_it(ask: Ask) -> None:
    recommendation = ask("960", "growth", "https")
    revisit = _record(recommendation).split("### When to revisit")[1].split("### ")[0]

    assert "Data credits run out on day 2 of the month." in revisit
    assert all(f"* {sentence}" in revisit for sentence in telling_flips(recommendation))


def test_a_record_gives_each_fact_with_source_date_and_grade(ask: Ask) -> None:
    recommendation = ask("960", "growth", "https")
    record = _record(recommendation)

    for fact in (*recommendation.facts, *recommendation.considered):
        line = next(line for line in record.splitlines() if line.startswith(f"| `{fact.id}` |"))

        assert recommendation.sources[fact.source] in line
        assert line.endswith(f"| {fact.read_on} | {fact.grade} |")


@pytest.mark.parametrize("variant", ["direct", "standard", "queue"])
def test_a_variant_of_ones_own_choice_is_recorded_beside_the_recommendation(
    ask: Ask, variant: str
) -> None:
    recommendation = ask("960", "growth", "https", "redis")
    record = _record(recommendation, chosen=variant)
    title = recommendation.matrix.variant(variant).title

    assert f'Chosen option: "{title}"' in record
    assert ("The recommendation is Direct" in record) is (variant != "direct")


def test_a_record_is_only_proposed_where_limits_or_needs_speak_against_it(ask: Ask) -> None:
    assert "status: proposed" in _record(ask("960", "growth", "https"))
    assert "status: proposed" in _record(ask("5k", "free"))


def test_the_record_of_a_preferred_variant_tells_that_variants_limits(ask: Ask) -> None:
    record = render_adr(
        ask("12k", "free"), number=1, date="2026-11-23", command=COMMAND, tests=(), chosen="direct"
    )

    assert "a webhook takes its last lead" not in record
    assert "1,080,000 a month" in record  # three actions a lead: no callback
    assert "leaves unmet: volume 12,000 a day" in record
