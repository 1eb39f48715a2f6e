"""Every accepted lead is in one place of its journey, on both stores."""

from __future__ import annotations

import pytest

from harness.received import CRM, NOW, OUTREACH, add_leads, arrival, lead_name, receive, route
from leadflow.adapters.database import Database
from leadflow.adapters.sql_deliveries import SqlDeliveries
from leadflow.adapters.sql_journey import SqlJourney
from leadflow.adapters.sql_routing import SqlRouting
from leadflow.domain.delivery import DeliveryState, Settled
from leadflow.domain.journey import Journey

LIMIT = 3600.0
LATE = NOW + LIMIT + 1


def place(database: Database, *, now: float = NOW) -> str:
    """Where the only lead is."""
    journey = SqlJourney(database).journey(now, LIMIT)
    assert journey.accepted == 1
    assert journey.is_balanced
    assert SqlJourney(database).problems() == []
    places = ("delivered", "dead", "callback_timeout", "unknown", "in_flight")
    (found,) = (name for name in places if getattr(journey, name))
    return found


def end(database: Database, destination: str, state: DeliveryState) -> None:
    deliveries = SqlDeliveries(database)
    (one,) = deliveries.claim(destination, limit=9, now=NOW, lease_until=NOW + 60)
    settled = Settled(delivery_id=one.delivery_id, attempt=1, state=state, next_attempt_at=NOW)
    deliveries.settle([settled], now=NOW)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("waiting", "in_flight"),
        ("sending", "unknown"),
        ("unknown", "unknown"),
        ("failed", "dead"),
        ("sent", "in_flight"),
    ],
)
def test_a_lead_without_a_callback_is_where_its_sending_left_it(
    database: Database, state: str, expected: str
) -> None:
    add_leads(database, [1], state=state)

    assert place(database) == expected


def test_a_lead_that_is_not_called_back_in_time_has_timed_out(database: Database) -> None:
    add_leads(database, [1])

    assert place(database, now=NOW + LIMIT) == "in_flight"
    assert place(database, now=LATE) == "callback_timeout"


def test_a_callback_is_in_flight_until_everything_is_delivered(database: Database) -> None:
    add_leads(database, [1])
    receive(database, arrival(1))
    assert place(database, now=LATE) == "in_flight"

    route(database, CRM, OUTREACH)
    assert place(database, now=LATE) == "in_flight"
    end(database, "crm", DeliveryState.DELIVERED)
    assert place(database, now=LATE) == "in_flight"
    end(database, "outreach", DeliveryState.DELIVERED)
    assert place(database, now=LATE) == "delivered"


@pytest.mark.parametrize(
    ("crm", "outreach", "expected"),
    [
        (DeliveryState.DEAD, DeliveryState.UNKNOWN, "unknown"),
        (DeliveryState.DEAD, DeliveryState.WAITING, "dead"),
        (DeliveryState.DEAD, DeliveryState.DELIVERED, "dead"),
        (DeliveryState.WAITING, DeliveryState.DELIVERED, "in_flight"),
    ],
)
def test_the_worst_of_its_deliveries_decides(
    database: Database, crm: DeliveryState, outreach: DeliveryState, expected: str
) -> None:
    add_leads(database, [1])
    receive(database, arrival(1))
    route(database, CRM, OUTREACH)

    end(database, "crm", crm)
    end(database, "outreach", outreach)

    assert place(database) == expected


def test_an_event_that_goes_nowhere_is_delivered(database: Database) -> None:
    add_leads(database, [1])
    receive(database, arrival(1))

    route(database)

    assert place(database, now=LATE) == "delivered"


def test_an_event_that_cannot_be_routed_needs_a_person(database: Database) -> None:
    add_leads(database, [1])
    receive(database, arrival(1))

    SqlRouting(database).route(lambda _facts, _fields: 1 // 0, limit=9, now=NOW)  # type: ignore[arg-type,return-value]

    assert place(database) == "dead"


def test_an_imported_enrichment_counts_as_delivered(database: Database) -> None:
    add_leads(database, [1])
    database.execute("INSERT INTO enrichment VALUES (?, '{}', 0)", (lead_name(1),))

    assert place(database, now=LATE) == "delivered"


def test_the_sum_holds_over_many_leads(database: Database) -> None:
    add_leads(database, range(10))
    add_leads(database, range(10, 15), state="waiting")
    receive(database, *(arrival(number) for number in range(4)))
    route(database, CRM)
    end_first = SqlDeliveries(database).claim("crm", limit=1, now=NOW, lease_until=NOW)
    assert len(end_first) == 1

    assert SqlJourney(database).journey(LATE, LIMIT) == Journey(
        accepted=15, delivered=0, dead=0, callback_timeout=6, unknown=0, in_flight=9
    )


def test_overdue_are_the_leads_sent_too_long_ago_that_nothing_came_back_about(
    database: Database,
) -> None:
    add_leads(database, [1, 2, 3, 4, 5], changed_at=NOW - 10)
    add_leads(database, [6], changed_at=NOW)
    add_leads(database, [7], state="failed", changed_at=NOW - 10)
    receive(database, arrival(1))
    route(database)
    receive(database, arrival(2))
    database.execute("INSERT INTO enrichment VALUES (?, '{}', 0)", (lead_name(3),))

    notes = SqlJourney(database).overdue(NOW + LIMIT - 5, LIMIT)

    assert [(note.lead_id, note.file, note.line, note.sent_at) for note in notes] == [
        (lead_name(4), "leads.csv", 6, NOW - 10),
        (lead_name(5), "leads.csv", 7, NOW - 10),
    ]
    assert SqlJourney(database).journey(NOW + LIMIT - 5, LIMIT).callback_timeout == len(notes)


@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        ("DELETE FROM lead", "1 callbacks of a lead that is not in the ledger"),
        ("DELETE FROM newest", "1 routed callbacks that no lead remembers"),
        ("UPDATE newest SET issued_at = 1", "1 leads whose newest callback is another"),
        ("UPDATE delivery SET lead_seq = 9", "1 deliveries of a callback of another lead"),
        ("UPDATE delivery SET due_at = NULL", "1 deliveries that wait"),
        (
            "INSERT INTO budget VALUES ('2026-11-23', 6000, 4)",
            "1 days or months whose budget is not the sum",
        ),
    ],
)
def test_tables_that_disagree_are_found(database: Database, damage: str, expected: str) -> None:
    add_leads(database, [1])
    receive(database, arrival(1))
    route(database, CRM)
    assert SqlJourney(database).problems() == []

    database.execute(damage)

    assert any(found.startswith(expected) for found in SqlJourney(database).problems())
