"""Dead letters: found, looked at, put back, emptied; on both stores."""

from __future__ import annotations

import pytest

from harness.received import (
    CRM,
    NOW,
    OUTREACH,
    add_leads,
    arrival,
    lead_name,
    receive,
    route,
    states,
)
from leadflow.adapters.database import Database
from leadflow.adapters.sql_dead import SqlDead
from leadflow.adapters.sql_deliveries import SqlDeliveries
from leadflow.adapters.sql_journey import SqlJourney
from leadflow.domain.delivery import DeliveryState, Settled

OLDER, NEWER = 1_789_990_000, 1_789_990_600
DEAD, UNKNOWN = DeliveryState.DEAD, DeliveryState.UNKNOWN
DAY = 86_400


def kill(
    database: Database, destination: str, state: DeliveryState = DEAD, *, reason: str = "400 no"
) -> list[int]:
    """Let all that is due at a destination end so."""
    deliveries = SqlDeliveries(database)
    found = deliveries.claim(destination, limit=99, now=NOW, lease_until=NOW + 60)
    deliveries.settle(
        [
            Settled(delivery_id=one.delivery_id, attempt=one.attempt, state=state, reason=reason)
            for one in found
        ],
        now=NOW,
    )
    return [one.delivery_id for one in found]


@pytest.fixture
def dead(database: Database) -> SqlDead:
    """Three leads: dead at the CRM, unknown at outreach."""
    add_leads(database, [1, 2, 3])
    receive(database, *(arrival(number, issued_at=OLDER) for number in (1, 2, 3)))
    route(database, CRM, OUTREACH)
    kill(database, "crm", reason="401 Wrong_Token")
    kill(database, "outreach", UNKNOWN, reason="the answer was lost")
    return SqlDead(database)


def test_they_are_listed_by_destination_and_by_a_part_of_the_reason(dead: SqlDead) -> None:
    def listed(destination: str | None, reason: str | None) -> list[tuple[str, str]]:
        notes = dead.listing(destination=destination, reason=reason, limit=9)
        return [(note.destination, note.state) for note in notes]

    assert len(listed(None, None)) == 6
    assert listed("crm", None) == [("crm", "dead")] * 3
    assert listed(None, "WRONG_t") == [("crm", "dead")] * 3
    assert listed(None, "wrong%t") == []
    assert dead.count(destination=None, reason=None) == {"dead": 3, "unknown": 3}
    assert dead.count(destination="outreach", reason="lost") == {"unknown": 3}


def test_a_letter_shows_what_was_to_be_delivered(dead: SqlDead) -> None:
    note = dead.listing(destination="crm", reason=None, limit=1)[0]

    letter = dead.show(note.delivery_id)

    assert letter is not None
    assert letter.note == note
    assert (note.lead_id, note.attempts, note.reason) == (lead_name(1), 1, "401 Wrong_Token")
    assert letter.fields["work_email"] == "ada1@acme.com"
    assert dead.show(999) is None


def test_redriven_twice_it_waits_once(dead: SqlDead, database: Database) -> None:
    assert dead.redrive_all(destination="crm", reason=None, now=NOW) == 3
    assert dead.redrive_all(destination="crm", reason=None, now=NOW) == 0

    found = SqlDeliveries(database).claim("crm", limit=9, now=NOW, lease_until=NOW + 60)
    assert [one.attempt for one in found] == [1, 1, 1]


def test_an_unknown_one_is_redriven_only_by_its_id(dead: SqlDead, database: Database) -> None:
    assert dead.redrive_all(destination="outreach", reason=None, now=NOW) == 0

    (first, *_) = dead.listing(destination="outreach", reason=None, limit=1)
    assert dead.redrive([first.delivery_id], now=NOW) == 1
    assert len(SqlDeliveries(database).claim("outreach", limit=9, now=NOW, lease_until=NOW)) == 1


def test_what_is_delivered_is_never_redriven(dead: SqlDead, database: Database) -> None:
    dead.redrive_all(destination="crm", reason=None, now=NOW)
    ids = kill(database, "crm", DeliveryState.DELIVERED)

    assert dead.redrive(ids, now=NOW) == 0


def test_one_that_a_newer_event_overtook_is_superseded_instead(
    dead: SqlDead, database: Database
) -> None:
    receive(database, arrival(1, issued_at=NEWER))
    route(database, CRM)

    assert dead.redrive_all(destination="crm", reason=None, now=NOW) == 2

    at_the_crm = [state for name, state in states(database) if name == "crm"]
    assert sorted(at_the_crm) == ["superseded", "waiting", "waiting", "waiting"]


def test_a_newer_event_leaves_the_dead_to_a_person(dead: SqlDead, database: Database) -> None:
    receive(database, arrival(1, issued_at=NEWER))
    route(database, CRM)

    assert dead.count(destination="crm", reason=None) == {"dead": 3}


def test_an_unknown_enrolment_stays_unknown_after_a_newer_event(
    dead: SqlDead, database: Database
) -> None:
    receive(database, arrival(1, issued_at=NEWER, title="CEO"))
    route(database, OUTREACH)

    (first, *_) = dead.listing(destination="outreach", reason=None, limit=1)
    letter = dead.show(first.delivery_id)

    assert letter is not None
    assert (letter.note.state, letter.fields["title"]) == ("unknown", "CEO")
    assert dead.redrive([first.delivery_id], now=NOW) == 1


def test_what_was_purged_stays_dead_and_cannot_come_back(database: Database) -> None:
    add_leads(database, [1])
    receive(database, arrival(1))
    route(database, CRM)
    kill(database, "crm")
    dead = SqlDead(database)

    assert dead.purge(before=NOW, destination=None) == 0
    assert dead.purge(before=NOW + 1, destination="outreach") == 0
    assert dead.purge(before=NOW + 1, destination="crm") == 1
    assert dead.purge(before=NOW + 1, destination="crm") == 0

    assert dead.count(destination=None, reason=None) == {}
    assert dead.redrive([1], now=NOW) == 0
    assert SqlJourney(database).journey(NOW, DAY).dead == 1


def test_facts_that_another_delivery_needs_are_not_purged(dead: SqlDead) -> None:
    assert dead.purge(before=NOW + 1, destination="crm") == 0
    assert dead.count(destination="crm", reason=None) == {"dead": 3}
