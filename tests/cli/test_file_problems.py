"""A file that departs from its schema: a sentence for each mistake, with its key and line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from clay_arch.load import DATA

if TYPE_CHECKING:
    from pathlib import Path

    from tests.process import Command

# What is changed in the packaged matrix, what the line holds that is named, and the sentence.
MISTAKES = {
    "type": (
        'version: "1.0"',
        "version: 1.0",
        "version:",
        "version: must be text, not 1.0; put it in quotes",
    ),
    "enum": (
        "generation: modern}",
        "generation: modem}",
        "id: free",
        "plans[0].generation: 'modem' is not one of modern, legacy; did you mean modern?",
    ),
    "unknown key": (
        "    best_for: small",
        "    bets_for: small",
        "bets_for",
        "variants[0].bets_for: unknown key; did you mean best_for?",
    ),
    "missing key": (
        "    best_for: small",
        "    bets_for: small",
        "id: direct",
        "variants[0]: lacks best_for; add it",
    ),
    "key that may not stand here": (
        "    unit: enrichments",
        "    options: [a]\n    unit: enrichments",
        "options: [a]",
        "factors[0].options: does not belong here; remove it",
    ),
    "missing entry": (
        "  - id: volume",
        "  - id: retry",
        "factors:",
        "factors: lacks an entry whose id is volume; add it",
    ),
    "empty text": (
        "pros: [no infrastructure,",
        "pros: ['',",
        "pros: ['',",
        "variants[0].pros[0]: is shorter than 1; write something",
    ),
    "reserved word": (
        "{id: https,",
        "{id: none,",
        "id: none",
        "infrastructure[0].id: 'none' does not fit; wanted is: The piece that --infra names",
    ),
    "trailing newline": (
        "name: clay-arch",
        'name: "a\\n"',
        "name:",
        "name: 'a\\n' does not fit; wanted is: One line of text",
    ),
    "control characters in a version": (
        'version: "1.0"',
        'version: "\\e[2J"',
        "version:",
        "version: '\\x1b[2J' does not fit",
    ),
    "control characters in an id": (
        'simplest: direct, because: "below',
        'simplest: "\\e[2J", because: "below',
        "VOL-1",
        "factors[0].rules[0].simplest: '\\x1b[2J' does not fit",
    ),
    "repeated entry": (
        "requires: [PLAN-2]",
        "requires: [PLAN-2, PLAN-2]",
        "requires: [PLAN-2, P",
        "variants[0].requires: holds the same entry twice",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_departure_from_the_schema_is_a_sentence_with_key_and_line(
    run: Command, tmp_path: Path, name: str
) -> None:
    old, new, line, sentence = MISTAKES[name]
    text = (DATA / "matrix.yaml").read_text()
    assert old in text
    text = text.replace(old, new, 1)
    (tmp_path / "own.yaml").write_text(text)
    number = next(n for n, found in enumerate(text.splitlines(), 1) if line in found)

    ended = run("matrix", "check", "own.yaml")

    assert (ended.code, ended.out) == (1, "")
    assert f"\nown.yaml:{number}: {sentence}" in ended.err
    assert "\x1b" not in ended.err


def test_an_unknown_key_of_an_answers_file_is_answered_with_the_nearest(
    run: Command, tmp_path: Path
) -> None:
    (tmp_path / "answers.yaml").write_text("plan: growth\nvolumen: 5k\n")

    ended = run("recommend", "--answers", "answers.yaml")

    assert ended.code == 2
    assert "answers.yaml:2: volumen: unknown key; did you mean volume?\n" in ended.err
