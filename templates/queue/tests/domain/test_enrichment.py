"""A score is a whole number from 0 to 100, or there is none; facts have one spelling."""

from __future__ import annotations

import json
import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow.domain.enrichment import canonical, digest_of, parse_enrichment
from leadflow.domain.errors import EnrichmentRefused
from leadflow.domain.inbox import PROVEN, arrival_of
from leadflow.domain.ledger import State
from leadflow.domain.token import Token

FACTS = st.dictionaries(
    st.text(max_size=8),
    st.one_of(st.none(), st.integers(), st.text(max_size=8), st.lists(st.integers(), max_size=3)),
    max_size=6,
)


@pytest.mark.case(62)
@pytest.mark.parametrize("number", range(-1, 102))
def test_a_score_is_read_in_every_spelling_of_a_number_from_0_to_100(number: int) -> None:
    spellings = (number, float(number), str(number), f" {number} ", f"\t{number}\n")

    for spelling in spellings:
        if 0 <= number <= 100:
            assert parse_enrichment({"icp_score": spelling}).score == number
        else:
            with pytest.raises(EnrichmentRefused, match="icp_score"):
                parse_enrichment({"icp_score": spelling})


@pytest.mark.case(62)
@pytest.mark.parametrize("body", [{}, {"icp_score": None}, {"icp_score": ""}, {"icp_score": "  "}])
def test_a_blank_score_is_none(body: dict[str, object]) -> None:
    assert parse_enrichment(body).score is None


@pytest.mark.case(62)
@pytest.mark.parametrize(
    "score",
    [
        *(True, False, 85.5, -0.5, 100.1, 10**30, math.nan, math.inf, -math.inf),
        *(
            "85.0",
            "85%",
            "+85",
            "-1",
            "1e2",
            "8 5",
            "high",
            "n/a",
            "٨٥",
            "0x55",
            "1000",
            "NaN",
            "9" * 5_000,
        ),
        *([], [85], {}, {"value": 85}),
    ],
    ids=lambda score: repr(score)[:20],
)
def test_what_is_no_score_is_refused_without_being_repeated(score: object) -> None:
    with pytest.raises(EnrichmentRefused) as refused:
        parse_enrichment({"icp_score": score})

    assert str(refused.value).startswith("icp_score: ")
    assert str(score) not in str(refused.value) or score in ([], {})


@given(FACTS)
def test_reading_what_was_read_changes_nothing(facts: dict[str, object]) -> None:
    enrichment = parse_enrichment({**facts, "icp_score": " 85 "})

    assert enrichment.score == enrichment.facts["icp_score"] == 85
    assert parse_enrichment(enrichment.facts) == enrichment


def test_what_we_sent_along_is_no_fact() -> None:
    body = {"correlation_token": "clt1...", "callback_url": "https://x.example", "title": "CTO"}

    assert parse_enrichment(body).facts == {"title": "CTO"}


@given(facts=FACTS, seed=st.integers())
def test_the_order_of_the_facts_makes_no_difference(facts: dict[str, object], seed: int) -> None:
    shuffled = dict(random.Random(seed).sample(list(facts.items()), k=len(facts)))

    assert canonical(shuffled) == canonical(facts)
    assert digest_of(shuffled) == digest_of(facts)
    assert json.loads(canonical(facts)) == facts


@given(one=FACTS, other=FACTS)
def test_other_facts_have_another_digest(one: dict[str, object], other: dict[str, object]) -> None:
    assert (digest_of(one) == digest_of(other)) is (one == other)


def test_an_arrival_holds_the_facts_as_they_are_compared() -> None:
    token = Token("lead-1", 1_795_000_000, "k1", "e...")
    enrichment = parse_enrichment({"title": "Köchin", "icp_score": "85"})

    arrival = arrival_of(token, enrichment, received_at=2.0)

    assert arrival.facts == '{"icp_score":85,"title":"Köchin"}'
    assert arrival.digest == digest_of(enrichment.facts)
    assert (arrival.lead_id, arrival.issued_at) == ("lead-1", 1_795_000_000)


def test_a_callback_proves_that_a_doubtful_lead_was_sent() -> None:
    assert PROVEN == {State.UNKNOWN: State.SENT, State.FAILED: State.SENT}
