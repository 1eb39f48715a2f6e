"""What becomes of a delivery: tables over the whole space, and what must never happen."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow.domain.delivery import (
    TRANSITIONS,
    Delivery,
    DeliveryEvent,
    DeliveryState,
    Outcome,
    OutcomeKind,
    Settled,
    dedupe_key,
    fields_of,
    next_delivery_state,
)
from leadflow.domain.journey import Journey
from leadflow.domain.retry import RetryPolicy
from leadflow.domain.settling import settle

NOW = 1_795_000_000.0
POLICY = RetryPolicy(base_seconds=2, cap_seconds=60, max_retry_after_seconds=900, max_attempts=3)
UPSERT, ENROLMENT = False, True


def delivery(attempt: int = 1) -> Delivery:
    return Delivery(7, 3, "lead-1", "crm", attempt, {"email": "ada@acme.com"})


def settled(
    kind: OutcomeKind,
    attempt: int = 1,
    *,
    is_enrolment: bool = UPSERT,
    is_probe: bool = False,
    retry_after: float | None = None,
) -> Settled:
    return settle(
        delivery(attempt),
        Outcome(kind, "503", retry_after),
        is_enrolment=is_enrolment,
        is_probe=is_probe,
        policy=POLICY,
        jitter=0.5,
        now=NOW,
    )


@pytest.mark.parametrize(
    ("state", "event"), list(itertools.product(DeliveryState, DeliveryEvent)), ids=str
)
def test_every_transition_is_in_the_table_or_a_mistake(
    state: DeliveryState, event: DeliveryEvent
) -> None:
    if (state, event) in TRANSITIONS:
        assert next_delivery_state(state, event) is TRANSITIONS[state, event]
    else:
        with pytest.raises(ValueError, match=f"a delivery that is {state} cannot be"):
            next_delivery_state(state, event)


def test_what_is_over_is_over() -> None:
    over = {DeliveryState.DELIVERED, DeliveryState.SUPERSEDED, DeliveryState.WITHHELD}

    assert [state for state, _ in TRANSITIONS if state in over] == []


def test_only_a_person_puts_a_doubtful_or_dead_delivery_back() -> None:
    left = {DeliveryState.UNKNOWN, DeliveryState.DEAD}
    ways_out = {event for state, event in TRANSITIONS if state in left}

    assert ways_out == {DeliveryEvent.REDRIVEN}


S = DeliveryState


@pytest.mark.case(58)
@pytest.mark.parametrize(
    ("kind", "is_enrolment", "first", "last"),
    [
        (OutcomeKind.DELIVERED, UPSERT, S.DELIVERED, S.DELIVERED),
        (OutcomeKind.DELIVERED, ENROLMENT, S.DELIVERED, S.DELIVERED),
        (OutcomeKind.PERMANENT, UPSERT, S.DEAD, S.DEAD),
        (OutcomeKind.PERMANENT, ENROLMENT, S.DEAD, S.DEAD),
        (OutcomeKind.TRANSIENT, UPSERT, S.WAITING, S.DEAD),
        (OutcomeKind.TRANSIENT, ENROLMENT, S.WAITING, S.DEAD),
        (OutcomeKind.HELD, UPSERT, S.WAITING, S.WAITING),
        (OutcomeKind.HELD, ENROLMENT, S.WAITING, S.WAITING),
        (OutcomeKind.LOST, UPSERT, S.WAITING, S.DEAD),
        (OutcomeKind.LOST, ENROLMENT, S.UNKNOWN, S.UNKNOWN),
    ],
    ids=str,
)
def test_an_outcome_means_this_for_the_first_attempt_and_that_for_the_last(
    kind: OutcomeKind,
    is_enrolment: bool,  # noqa: FBT001 - a column
    first: DeliveryState,
    last: DeliveryState,
) -> None:
    assert settled(kind, 1, is_enrolment=is_enrolment).state is first
    assert settled(kind, 3, is_enrolment=is_enrolment).state is last


@given(
    kind=st.sampled_from(OutcomeKind),
    is_enrolment=st.booleans(),
    is_probe=st.booleans(),
    attempt=st.integers(1, 10),
    retry_after=st.none() | st.floats(0, 10**6),
    jitter=st.floats(0, 1, exclude_max=True),
)
def test_a_delivery_waits_exactly_when_it_is_tried_again(
    kind: OutcomeKind,
    is_enrolment: bool,  # noqa: FBT001 - drawn by hypothesis
    is_probe: bool,  # noqa: FBT001 - drawn by hypothesis
    attempt: int,
    retry_after: float | None,
    jitter: float,
) -> None:
    outcome = settle(
        delivery(attempt),
        Outcome(kind, "", retry_after),
        is_enrolment=is_enrolment,
        is_probe=is_probe,
        policy=POLICY,
        jitter=jitter,
        now=NOW,
    )

    assert (outcome.state is DeliveryState.WAITING) is (outcome.next_attempt_at is not None)
    assert (outcome.delivery_id, outcome.attempt) == (7, attempt)
    if outcome.next_attempt_at is not None:
        assert NOW <= outcome.next_attempt_at <= NOW + 900
        assert not (is_enrolment and kind is OutcomeKind.LOST)
    else:
        assert outcome.spends_attempt


def test_the_wait_doubles_and_what_the_destination_asks_for_is_a_floor() -> None:
    assert settled(OutcomeKind.TRANSIENT, 1).next_attempt_at == NOW + 1
    assert settled(OutcomeKind.TRANSIENT, 2).next_attempt_at == NOW + 2
    assert settled(OutcomeKind.TRANSIENT, 1, retry_after=30).next_attempt_at == NOW + 30
    assert settled(OutcomeKind.HELD, 3).next_attempt_at == NOW + 1
    assert settled(OutcomeKind.HELD, 3, retry_after=86_400).next_attempt_at == NOW + 900


def test_a_dead_delivery_says_that_it_was_the_last_attempt() -> None:
    assert settled(OutcomeKind.TRANSIENT, 3).reason == "503 (attempt 3, the last one)"
    assert settled(OutcomeKind.PERMANENT, 3).reason == "503"


@pytest.mark.case(57)
@pytest.mark.parametrize("kind", [OutcomeKind.HELD, OutcomeKind.TRANSIENT, OutcomeKind.LOST])
def test_a_destination_that_is_down_never_costs_the_lead_that_probes_it_an_attempt(
    kind: OutcomeKind,
) -> None:
    outcome = settled(kind, attempt=3, is_probe=True)

    assert (outcome.state, outcome.spends_attempt) == (DeliveryState.WAITING, False)


def test_a_probe_that_was_lost_is_no_less_in_doubt() -> None:
    assert settled(OutcomeKind.LOST, is_enrolment=True, is_probe=True).state is S.UNKNOWN


def test_an_enrolment_is_one_per_lead_and_any_other_delivery_one_per_event() -> None:
    assert dedupe_key("outreach", "lead-1", 3, is_enrolment=True) == "outreach:lead-1"
    assert dedupe_key("crm", "lead-1", 3, is_enrolment=False) == "crm:lead-1:3"


KEYS = st.tuples(
    st.from_regex(r"[a-z][a-z0-9_-]{0,9}", fullmatch=True),
    st.from_regex(r"lead-[0-9a-f]{4}", fullmatch=True),
    st.integers(1, 99),
)


@given(one=KEYS, other=KEYS)
def test_no_two_deliveries_share_a_key(
    one: tuple[str, str, int], other: tuple[str, str, int]
) -> None:
    keys = {dedupe_key(*parts, is_enrolment=False) for parts in (one, other)}

    assert len(keys) == len({one, other})


def test_facts_lie_over_what_was_known_and_erase_nothing() -> None:
    lead = {"email": "ada@acme.com", "title": "CTO", "company": "Acme"}
    facts = {
        "title": " CEO\n",
        "company": " ",
        "phone": None,
        "icp_score": 0,
        "lead_id": "lead-other",
    }

    assert fields_of("lead-1", lead, facts) == {
        "email": "ada@acme.com",
        "title": "CEO",
        "company": "Acme",
        "icp_score": 0,
        "lead_id": "lead-1",
    }


def test_what_a_delivery_holds_of_a_person_is_in_no_repr() -> None:
    assert "ada" not in repr(delivery())


def test_a_journey_is_balanced_when_every_lead_is_in_one_place() -> None:
    journey = Journey(accepted=15, delivered=1, dead=2, callback_timeout=3, unknown=4, in_flight=5)

    assert journey.is_balanced
    assert not Journey(16, 1, 2, 3, 4, 5).is_balanced
