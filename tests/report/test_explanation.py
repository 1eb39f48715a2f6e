"""Everything with an id can be explained, and a wrong id is answered with the nearest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from clay_arch.errors import InputError
from clay_arch.load import load_schema
from clay_arch.report.explanation import explain, explanation_document, render_explanation_text

if TYPE_CHECKING:
    from clay_arch.decision.facts import Facts
    from clay_arch.decision.matrix import Matrix
    from clay_arch.decision.troubles import Trouble


@pytest.fixture(name="ids")
def _ids(matrix: Matrix, facts: Facts, troubles: tuple[Trouble, ...]) -> list[str]:
    """Every id but those of the limits."""
    return [
        *(rule.id for factor in matrix.factors for rule in factor.rules),
        *(need.id for need in matrix.requirements),
        *(variant.id for variant in matrix.variants),
        *(factor.id for factor in matrix.factors),
        *(fact.id for fact in facts.all()),
        *(trouble.id for trouble in troubles),
    ]


def test_everything_with_an_id_can_be_explained(
    matrix: Matrix, facts: Facts, troubles: tuple[Trouble, ...], ids: list[str]
) -> None:
    limits = load_schema("recommendation")["$defs"]["limit"]["properties"]["id"]["enum"]

    for wanted in (*limits, *ids):
        explanation = explain(wanted, matrix=matrix, facts=facts, troubles=troubles)
        text = render_explanation_text(explanation, colour=False, width=80)

        assert explanation.id == wanted
        assert explanation.fields
        assert max(map(len, text.splitlines())) <= 80
        assert explanation_document(explanation)["title"] in " ".join(text.split())


def test_ids_are_unique_across_all_that_can_be_explained(ids: list[str]) -> None:
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("wanted", "hint"),
    [("VOL-9", "VOL-"), ("credit", "credits"), ("wire.rat", "wire.rate"), ("qqq", "such as VOL-1")],
)
def test_an_unknown_id_is_answered_with_the_nearest_ones(
    matrix: Matrix, facts: Facts, troubles: tuple[Trouble, ...], wanted: str, hint: str
) -> None:
    with pytest.raises(InputError, match=hint):
        explain(wanted, matrix=matrix, facts=facts, troubles=troubles)


def test_an_id_may_be_written_in_small_letters(
    matrix: Matrix, facts: Facts, troubles: tuple[Trouble, ...]
) -> None:
    assert explain("vol-2", matrix=matrix, facts=facts, troubles=troubles).id == "VOL-2"
