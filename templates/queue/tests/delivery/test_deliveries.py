"""From the inbox to fake destinations, over each store: nothing lost, nobody enrolled twice."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping

import pytest

from destinations import RunningDestinations, running_destinations
from harness.deliverer import Deliverer, add_leads, receive, specs_for
from harness.stores import Store
from harness.tokens import email_of, lead_id_of
from leadflow.domain.destination import DestinationSpec

States = Mapping[str, Counter[str]]
LEADS = 40


@pytest.fixture
def fakes() -> Iterator[RunningDestinations]:
    with running_destinations() as running:
        yield running


@pytest.fixture
def received(store: Store) -> Store:
    """A store with leads, each called back once."""
    with store.open() as db:
        add_leads(db, LEADS)
        for number in range(1, LEADS + 1):
            receive(db, number)
    return store


def all_settled(states: States) -> bool:
    open_ones = sum(count["waiting"] + count["claimed"] for count in states.values())
    return len(states) == 3 and open_ones == 0


def test_everything_received_goes_where_it_is_routed_once(
    received: Store, fakes: RunningDestinations
) -> None:
    states = Deliverer(received, specs_for(fakes)).run(until=all_settled)

    assert all(states[name] == {"delivered": LEADS} for name in ("crm", "outreach", "database"))
    assert set(fakes.hubspot.writes.values()) == {1}
    assert set(fakes.outreach.enrolments.values()) == {1}
    with received.open() as db:
        assert db.execute("SELECT count(*) FROM enrichment").fetchone()[0] == LEADS


@pytest.mark.case(52)
def test_an_older_callback_after_a_newer_one_changes_nothing(
    received: Store, fakes: RunningDestinations
) -> None:
    with received.open() as db:
        receive(db, 1, issued_at=3, title="CTO")
    Deliverer(received, specs_for(fakes)).run(until=all_settled)
    with received.open() as db:
        receive(db, 1, issued_at=2, title="Engineer")

    Deliverer(received, specs_for(fakes)).run(until=all_settled, seconds=1)

    assert fakes.hubspot.records[email_of(1)]["title"] == "CTO"
    assert fakes.outreach.enrolments[lead_id_of(1)] == 1


@pytest.mark.case(52)
def test_of_two_callbacks_that_wait_only_the_newer_goes_out(
    received: Store, fakes: RunningDestinations
) -> None:
    with received.open() as db:
        receive(db, 1, issued_at=3, title="CTO")
        receive(db, 1, issued_at=2, title="Engineer")

    Deliverer(received, specs_for(fakes)).run(until=all_settled)

    assert fakes.hubspot.writes[email_of(1)] == 1
    assert fakes.hubspot.records[email_of(1)]["title"] == "CTO"


@pytest.mark.case(52)
def test_an_older_one_that_failed_before_never_follows_the_newer(
    received: Store, fakes: RunningDestinations
) -> None:
    fakes.hubspot.fault(status=503)
    deliverer = Deliverer(received, specs_for(fakes))
    deliverer.run(until=lambda _: bool(deliverer.openings))
    with received.open() as db:
        receive(db, 1, issued_at=3, title="CTO")
    fakes.hubspot.heal()

    states = deliverer.run(until=all_settled)

    assert states["crm"] == {"delivered": LEADS, "superseded": 1}
    assert fakes.hubspot.writes[email_of(1)] == 1


@pytest.mark.case(57)
def test_a_crm_that_is_down_for_long_delays_nobody_else_and_gets_all_of_it_once(
    received: Store, fakes: RunningDestinations
) -> None:
    fakes.hubspot.fault(status=503)
    healing = threading.Timer(2.5, fakes.hubspot.heal)  # 5 s of open breaker would be 20 min
    started_at = time.monotonic()
    healing.start()

    deliverer = Deliverer(received, specs_for(fakes))
    states = deliverer.run(until=all_settled)

    healing.join()
    enrolled = [arrival.at - started_at for arrival in fakes.outreach.arrivals]
    refused = [at for at, status in fakes.hubspot.requests if status == 503]
    assert len(enrolled) == LEADS
    assert max(enrolled) < 1.5
    assert states["crm"] == {"delivered": LEADS}
    assert set(fakes.hubspot.writes.values()) == {1}
    assert "crm" in deliverer.openings
    assert len(refused) <= 5 + 8 + 30  # five, those in flight, and the probes


@pytest.mark.case(58)
def test_an_answer_that_is_lost_makes_one_record_and_no_second_enrolment(
    received: Store, fakes: RunningDestinations
) -> None:
    fakes.hubspot.fault(drops_answer=True, times=1)
    fakes.outreach.fault(drops_answer=True, times=3)

    states = Deliverer(received, specs_for(fakes)).run(until=all_settled)

    assert states["crm"] == {"delivered": LEADS}
    assert len(fakes.hubspot.records) == LEADS
    assert states["outreach"] == {"delivered": LEADS - 3, "unknown": 3}
    assert set(fakes.outreach.enrolments.values()) == {1}


@pytest.mark.case(58)
def test_a_server_error_after_an_enrolment_makes_no_second_one(
    received: Store, fakes: RunningDestinations
) -> None:
    fakes.outreach.fault(status=500, acts_first=True, times=2)

    states = Deliverer(received, specs_for(fakes)).run(until=all_settled)

    assert states["outreach"] == {"delivered": LEADS - 2, "unknown": 2}
    assert max(fakes.outreach.enrolments.values()) == 1


@pytest.mark.case(59)
def test_one_contact_that_hubspot_refuses_is_one_dead_letter(
    received: Store, fakes: RunningDestinations
) -> None:
    with received.open() as db:
        receive(db, 7, issued_at=2, email="not an address")

    states = Deliverer(received, specs_for(fakes)).run(until=all_settled)

    assert states["crm"] == {"delivered": LEADS - 1, "dead": 1}
    with received.open() as db:
        dead = "SELECT reason FROM delivery WHERE state = 'dead' AND destination = 'crm'"
        assert db.execute(dead).fetchone()[0].startswith("refused by HubSpot")


def test_a_wrong_token_kills_nobody_and_the_right_one_delivers_all(
    received: Store, fakes: RunningDestinations
) -> None:
    fakes.hubspot.token = "the-right-one"
    wrong = Deliverer(received, specs_with_token(fakes, "the-wrong-one"))
    states = wrong.run(until=lambda states: fakes.hubspot.requests != [] and is_put_off(states))
    assert states["crm"] == {"waiting": LEADS}
    with received.open() as db:
        db.execute("UPDATE delivery SET due_at = 0 WHERE state = 'waiting'")

    states = Deliverer(received, specs_for(fakes)).run(until=all_settled)

    assert states["crm"] == {"delivered": LEADS}


def is_put_off(states: States) -> bool:
    return states["crm"]["waiting"] == LEADS


def specs_with_token(fakes: RunningDestinations, token: str) -> list[DestinationSpec]:
    crm, *others = specs_for(fakes)
    options = {**crm.options, "token": token}
    return [DestinationSpec("crm", "hubspot", False, 1, 2, options), *others]
