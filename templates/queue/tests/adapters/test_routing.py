"""From the inbox to the deliveries, on both stores."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness.received import (
    CRM,
    NOW,
    OUTREACH,
    add_leads,
    arrival,
    planning,
    receive,
    route,
    states,
)
from harness.stores import Store
from leadflow.adapters.database import Database
from leadflow.adapters.sql_deliveries import SqlDeliveries
from leadflow.adapters.sql_depth import depth
from leadflow.adapters.sql_inbox import SqlInbox
from leadflow.adapters.sql_routing import SqlRouting
from leadflow.domain.delivery import DeliveryState, Settled
from leadflow.domain.planned import Planned

OLDER, NEWER = 1_789_990_000, 1_789_990_600
WITHHELD = Planned("outreach", is_enrolment=True, state=DeliveryState.WITHHELD)


def claim(database: Database, destination: str) -> list[int]:
    found = SqlDeliveries(database).claim(destination, limit=9, now=NOW, lease_until=NOW + 60)
    return [delivery.delivery_id for delivery in found]


def settle(database: Database, delivery_id: int, state: DeliveryState) -> None:
    end = Settled(delivery_id=delivery_id, attempt=1, state=state, next_attempt_at=NOW)
    SqlDeliveries(database).settle([end], now=NOW)


def lead_state(database: Database) -> object:
    return database.execute("SELECT state FROM lead").fetchone()[0]


def test_what_was_received_is_planned_once(database: Database) -> None:
    add_leads(database, [1, 2])
    receive(database, arrival(1), arrival(2))

    assert route(database, CRM, OUTREACH) == 2
    assert route(database, CRM, OUTREACH) == 0
    assert (
        states(database)
        == [
            ("crm", DeliveryState.WAITING),
            ("outreach", DeliveryState.WAITING),
        ]
        * 2
    )


def test_the_plan_sees_the_facts_and_the_fields_of_the_lead(database: Database) -> None:
    add_leads(database, [1])
    receive(database, arrival(1, title="CTO"))
    seen = []

    SqlRouting(database).route(
        lambda facts, fields: seen.append((facts["title"], fields["email"])) or (),  # type: ignore[func-returns-value]
        limit=9,
        now=NOW,
    )

    assert seen == [("CTO", "ada1@acme.com")]


@pytest.mark.case(52)
@pytest.mark.parametrize("is_together", [True, False], ids=["in one batch", "later"])
def test_an_older_event_that_comes_late_is_superseded(
    database: Database, *, is_together: bool
) -> None:
    add_leads(database, [1])
    receive(database, arrival(1, issued_at=NEWER, icp_score=90))
    if not is_together:
        route(database, CRM)
    receive(database, arrival(1, issued_at=OLDER, icp_score=10))

    route(database, CRM)

    assert SqlInbox(database).count() == {"routed": 1, "superseded": 1}
    (delivery,) = SqlDeliveries(database).claim("crm", limit=9, now=NOW, lease_until=NOW + 9)
    assert delivery.fields["icp_score"] == 90


def test_of_the_same_second_the_later_arrival_is_the_newer(database: Database) -> None:
    add_leads(database, [1])
    receive(database, arrival(1, icp_score=10), arrival(1, icp_score=90))

    route(database, CRM)

    (delivery,) = SqlDeliveries(database).claim("crm", limit=9, now=NOW, lease_until=NOW + 9)
    assert delivery.fields["icp_score"] == 90


def test_a_newer_event_takes_the_place_of_what_waits(database: Database) -> None:
    add_leads(database, [1])
    receive(database, arrival(1, issued_at=OLDER))
    route(database, CRM)
    receive(database, arrival(1, issued_at=NEWER))

    route(database, CRM)

    assert states(database) == [("crm", DeliveryState.SUPERSEDED), ("crm", DeliveryState.WAITING)]


@pytest.mark.case(52)
def test_an_older_delivery_in_flight_is_not_tried_again_after_a_newer_event(
    database: Database,
) -> None:
    add_leads(database, [1])
    receive(database, arrival(1, issued_at=OLDER))
    route(database, CRM)
    (in_flight,) = claim(database, "crm")
    receive(database, arrival(1, issued_at=NEWER))
    route(database, CRM)

    assert claim(database, "crm") == []  # one at a time
    settle(database, in_flight, DeliveryState.WAITING)

    assert states(database) == [("crm", DeliveryState.SUPERSEDED), ("crm", DeliveryState.WAITING)]
    assert len(claim(database, "crm")) == 1


def test_an_enrolment_is_planned_once_for_ever(database: Database) -> None:
    add_leads(database, [1])
    receive(database, arrival(1, issued_at=OLDER))
    route(database, OUTREACH)
    (enrolment,) = claim(database, "outreach")
    settle(database, enrolment, DeliveryState.DELIVERED)
    receive(database, arrival(1, issued_at=NEWER))

    route(database, OUTREACH)

    assert states(database) == [("outreach", DeliveryState.DELIVERED)]


def test_an_enrolment_that_waits_follows_the_newest_event(database: Database) -> None:
    add_leads(database, [1])
    receive(database, arrival(1, issued_at=OLDER, title="CTO"))
    route(database, OUTREACH)
    receive(database, arrival(1, issued_at=NEWER, title="CEO"))
    route(database, OUTREACH)

    (delivery,) = SqlDeliveries(database).claim("outreach", limit=9, now=NOW, lease_until=NOW + 9)

    assert delivery.fields["title"] == "CEO"


@pytest.mark.parametrize(
    ("newest", "expected"),
    [((), DeliveryState.SUPERSEDED), ((WITHHELD,), DeliveryState.WITHHELD)],
    ids=["not to be enrolled any more", "not to be contacted any more"],
)
def test_an_enrolment_that_waits_is_withdrawn(
    database: Database, newest: tuple[Planned, ...], expected: DeliveryState
) -> None:
    add_leads(database, [1])
    receive(database, arrival(1, issued_at=OLDER))
    route(database, OUTREACH)
    receive(database, arrival(1, issued_at=NEWER))

    route(database, *newest)

    assert states(database) == [("outreach", expected)]
    assert claim(database, "outreach") == []


def test_a_withheld_enrolment_goes_out_when_a_newer_event_may(database: Database) -> None:
    add_leads(database, [1])
    receive(database, arrival(1, issued_at=OLDER))
    route(database, WITHHELD)
    receive(database, arrival(1, issued_at=NEWER))

    route(database, OUTREACH)

    assert len(claim(database, "outreach")) == 1


def test_an_enrolment_in_flight_may_still_be_tried_again_after_a_newer_event(
    database: Database,
) -> None:
    add_leads(database, [1])
    receive(database, arrival(1, issued_at=OLDER))
    route(database, OUTREACH)
    (in_flight,) = claim(database, "outreach")
    receive(database, arrival(1, issued_at=NEWER))
    route(database, OUTREACH)

    settle(database, in_flight, DeliveryState.WAITING)

    assert claim(database, "outreach") == [in_flight]


def test_an_event_that_cannot_be_planned_holds_up_no_other(database: Database) -> None:
    add_leads(database, [1, 2])
    receive(database, arrival(1, icp_score="odd"), arrival(2))

    def plan(facts: object, _fields: object) -> tuple[Planned, ...]:
        return (CRM,) if isinstance(facts, dict) and facts["icp_score"] > 0 else ()

    assert SqlRouting(database).route(plan, limit=9, now=NOW) == 2
    assert SqlInbox(database).count() == {"routed": 1, "failed": 1}
    (failed,) = SqlInbox(database).listing(state="failed", limit=9)
    assert failed.reason == "routing failed: TypeError"

    assert SqlInbox(database).retry([failed.event_id], now=NOW) == 1
    assert route(database, CRM) == 1
    assert SqlInbox(database).count() == {"routed": 2}


@pytest.mark.parametrize("state", ["unknown", "failed"])
def test_a_callback_proves_that_clay_has_the_lead(database: Database, state: str) -> None:
    add_leads(database, [1], state=state)
    receive(database, arrival(1))

    route(database)

    assert lead_state(database) == "sent"


def test_a_callback_that_overtakes_the_answer_leaves_the_lead_to_its_run(
    database: Database,
) -> None:
    add_leads(database, [1], state="sending")
    receive(database, arrival(1))

    route(database, CRM)

    assert lead_state(database) == "sending"


def test_several_processes_route_and_claim_and_nothing_is_there_twice(store: Store) -> None:
    leads, workers = 300, 4
    with store.open() as database:
        add_leads(database, range(leads))
        receive(database, *(arrival(number, issued_at=OLDER) for number in range(leads)))
        receive(database, *(arrival(number, issued_at=NEWER) for number in range(leads)))

    def work(_worker: int) -> list[tuple[str, str]]:
        taken = []
        with store.open() as database:
            for _ in range(400):
                SqlRouting(database).route(planning(CRM, OUTREACH), limit=20, now=NOW)
                for name in ("crm", "outreach"):
                    deliveries = SqlDeliveries(database)
                    found = deliveries.claim(name, limit=7, now=NOW, lease_until=NOW + 60)
                    taken += [(name, one.lead_id) for one in found]
                    deliveries.settle([_delivered(one.delivery_id) for one in found], now=NOW)
                if not SqlInbox(database).count().get("received") and not depth(database, now=NOW):
                    break
        return taken

    with ThreadPoolExecutor(workers) as pool:
        taken = [one for found in pool.map(work, range(workers)) for one in found]

    with store.open() as database:
        assert SqlInbox(database).count().get("received", 0) == 0
        assert {state for _, state in states(database)} <= {
            DeliveryState.DELIVERED,
            DeliveryState.SUPERSEDED,
        }
    enrolments = Counter(lead_id for name, lead_id in taken if name == "outreach")
    assert len(enrolments) == leads
    assert set(enrolments.values()) == {1}
    assert {lead_id for name, lead_id in taken if name == "crm"} == enrolments.keys()


def _delivered(delivery_id: int) -> Settled:
    return Settled(delivery_id=delivery_id, attempt=1, state=DeliveryState.DELIVERED)
