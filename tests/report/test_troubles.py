"""A trouble is found by its symptom, and what it points to is there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from clay_arch.decision.troubles import find_troubles
from clay_arch.errors import InputError
from clay_arch.report.diagnosis import troubles_document
from clay_arch.report.explanation import explain

if TYPE_CHECKING:
    from clay_arch.decision.facts import Facts
    from clay_arch.decision.matrix import Matrix
    from clay_arch.decision.troubles import Trouble

SYMPTOMS = {
    "I need real-time data but have only CSV": "results-only-by-export",
    "queue backing up": "queue-backs-up",
    "HTTP API column timeout": "callback-times-out",
    "credits exhausted mid-pipeline": "credits-exhausted",
    "429": "leads-missing-after-429",
    "my score is a string": "numbers-arrive-as-strings",
    "health check": "health-check-posts",
    "no salesforce action": "native-crm-missing",
    "403 record limit": "webhook-used-up",
    "infinite loop": "callback-loop",
    "posted an array, one row": "array-became-one-row",
}


@pytest.mark.parametrize(("symptom", "expected"), SYMPTOMS.items(), ids=SYMPTOMS.values())
def test_a_trouble_is_found_by_the_words_of_its_symptom(
    troubles: tuple[Trouble, ...], symptom: str, expected: str
) -> None:
    assert find_troubles(troubles, symptom)[0].id == expected


def test_a_trouble_is_found_by_its_id_alone(troubles: tuple[Trouble, ...]) -> None:
    for trouble in troubles:
        assert find_troubles(troubles, trouble.id) == (trouble,)


def test_each_trouble_is_found_by_its_own_symptom(troubles: tuple[Trouble, ...]) -> None:
    for trouble in troubles:
        assert trouble in find_troubles(troubles, trouble.symptom)


@pytest.mark.parametrize("symptom", ["banana", "", "the and of", "\x00"])
def test_a_symptom_that_fits_nothing_is_refused(
    troubles: tuple[Trouble, ...], symptom: str
) -> None:
    with pytest.raises(InputError, match="no trouble fits"):
        find_troubles(troubles, symptom)


def test_every_fact_of_a_trouble_exists(troubles: tuple[Trouble, ...], facts: Facts) -> None:
    named = {fact_id for trouble in troubles for fact_id in trouble.facts}

    assert named <= set(facts.by_id)
    assert all(trouble.facts for trouble in troubles)


def test_every_topic_that_a_trouble_points_to_can_be_explained(
    matrix: Matrix, facts: Facts, troubles: tuple[Trouble, ...]
) -> None:
    prefix = "clay-arch explain "
    topics = [t.command.removeprefix(prefix) for t in troubles if t.command.startswith(prefix)]

    assert topics
    for topic in topics:
        explain(topic, matrix=matrix, facts=facts, troubles=troubles)


def test_the_troubles_are_data_too(troubles: tuple[Trouble, ...], facts: Facts) -> None:
    document = troubles_document(troubles, facts=facts)

    assert [entry["id"] for entry in document["troubles"]] == [trouble.id for trouble in troubles]
    json.dumps(document)
