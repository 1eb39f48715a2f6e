"""The JSON documents follow their published schemas, everywhere in the answer space."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator

from clay_arch.decision.compare import compare
from clay_arch.load import DATA, load_packaged, load_schema
from clay_arch.report.comparison import comparison_document
from clay_arch.report.document import recommendation_document
from clay_arch.report.flips import flip_sentence

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from clay_arch.decision.facts import Facts
    from clay_arch.decision.matrix import Matrix
    from clay_arch.decision.recommend import Recommendation

SCHEMAS = sorted(path.name.removesuffix(".schema.json") for path in DATA.glob("schemas/*.json"))


def _document(recommendation: Recommendation) -> dict[str, Any]:
    return recommendation_document(recommendation, command="clay-arch", tool_version="1.2.3")


def _problems(schema: str, document: object) -> list[str]:
    """Where a document, once through JSON and back, departs from a schema."""
    read_back = json.loads(json.dumps(document))
    errors = Draft202012Validator(load_schema(schema)).iter_errors(read_back)
    return [f"{list(error.absolute_path)}: {error.message}" for error in errors]


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_schema_is_itself_valid(name: str) -> None:
    Draft202012Validator.check_schema(load_schema(name))


@pytest.mark.parametrize("name", ["facts", "matrix", "troubles"])
def test_every_packaged_file_follows_its_schema(name: str) -> None:
    assert _problems(name, load_packaged(name)) == []


def test_a_recommendation_follows_its_schema_all_over_the_answer_space(
    sampled: list[Recommendation],
) -> None:
    problems = [_problems("recommendation", _document(r)) for r in sampled]

    assert [found for found in problems if found] == []


def test_a_comparison_follows_its_schema(
    sampled: list[Recommendation], matrix: Matrix, facts: Facts
) -> None:
    problems = [
        _problems(
            "compare",
            comparison_document(
                compare(matrix, facts, r.answers), r, command="clay-arch", tool_version="1.2.3"
            ),
        )
        for r in sampled[::4]
    ]

    assert [found for found in problems if found] == []


def test_the_inputs_of_a_recommendation_are_an_answers_file(
    sampled: list[Recommendation],
) -> None:
    problems = [_problems("answers", _document(r)["inputs"]) for r in sampled]

    assert [found for found in problems if found] == []


def test_unanswered_questions_are_left_out_of_the_inputs(
    ask: Callable[..., Recommendation],
) -> None:
    document = _document(ask("900/month", "growth"))

    assert document["inputs"] == {
        "volume": "900/month",
        "plan": "growth",
        "infra": ["none"],
    }


def test_the_keys_stand_in_the_order_of_the_schema(ask: Callable[..., Recommendation]) -> None:
    document = _document(ask("12000", "free"))

    assert list(document) == list(load_schema("recommendation")["properties"])


def test_a_decimal_is_a_json_number(ask: Callable[..., Recommendation]) -> None:
    document = _document(ask("960", "growth", "https"))

    assert document["feasibility"]["cost"]["per_lead"] == 0.495


def test_every_fact_that_is_named_is_in_the_document(sampled: list[Recommendation]) -> None:
    for recommendation in sampled:
        document = _document(recommendation)
        feasibility = document["feasibility"]
        parts = [*feasibility["limits"], feasibility["cost"], *document["considered"]]
        named = {fact_id for part in parts for fact_id in part["facts"]}

        assert named <= {fact["id"] for fact in document["facts"]}


def test_every_flip_carries_its_sentence(sampled: list[Recommendation]) -> None:
    for recommendation in sampled:
        texts = [flip["text"] for flip in _document(recommendation)["flips"]]

        assert texts == [flip_sentence(recommendation, flip) for flip in recommendation.flips]


def test_today_is_the_recommended_variant_when_it_is_ready(sampled: list[Recommendation]) -> None:
    ready = [r for r in map(_document, sampled) if r["recommendation"]["status"] == "ready"]

    assert ready
    assert all(r["today"]["variant"] == r["recommendation"]["variant"] for r in ready)
    assert all(r["today"]["unmet"] == [] for r in ready)
