"""The inbox and the quarantine, on both stores."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from harness.received import CRM, NOW, OUTREACH, add_leads, arrival, lead_name, receive, route
from harness.stores import Store
from leadflow.adapters.database import Database
from leadflow.adapters.sql_inbox import SqlInbox
from leadflow.adapters.sql_quarantine import SqlQuarantine
from leadflow.domain.inbox import Acceptance


def test_the_same_callback_again_is_a_duplicate(database: Database) -> None:
    add_leads(database, [1])

    answers = receive(database, arrival(1), arrival(1))

    assert answers == [Acceptance.NEW, Acceptance.DUPLICATE]
    assert SqlInbox(database).count() == {"received": 1}


@pytest.mark.parametrize(
    "other",
    [arrival(1, issued_at=1_789_990_001), arrival(1, icp_score=86), arrival(2)],
    ids=["sent again", "enriched again", "another lead"],
)
def test_another_callback_is_new(database: Database, other: object) -> None:
    add_leads(database, [1, 2])

    assert receive(database, arrival(1), other) == [Acceptance.NEW] * 2  # type: ignore[arg-type]


def test_a_callback_about_nobody_is_not_stored(database: Database) -> None:
    assert receive(database, arrival(1)) == [Acceptance.NO_SUCH_LEAD]
    assert SqlInbox(database).count() == {}


@pytest.mark.case(51)
def test_of_fifty_identical_callbacks_at_once_one_is_new(store: Store) -> None:
    threads = 10
    with store.open() as database:
        add_leads(database, [1])
    barrier = Barrier(threads)

    def deliver_five() -> list[Acceptance]:
        with store.open() as database:
            barrier.wait()
            return [receive(database, arrival(1))[0] for _ in range(5)]

    with ThreadPoolExecutor(threads) as pool:
        answers = [pool.submit(deliver_five) for _ in range(threads)]
        found = [answer for future in answers for answer in future.result()]

    assert sorted(found, key=str) == [Acceptance.DUPLICATE] * 49 + [Acceptance.NEW]


def test_two_processes_that_take_the_same_callbacks_in_any_order_do_not_block(store: Store) -> None:
    with store.open() as database:
        add_leads(database, range(100))

    def take(numbers: list[int]) -> int:
        with store.open() as database:
            ordered = sorted(numbers, key=lead_name)  # as GroupCommit does
            answers = receive(database, *(arrival(number) for number in ordered))
            return answers.count(Acceptance.NEW)

    with ThreadPoolExecutor(4) as pool:
        counts = pool.map(take, [list(range(100)), list(range(99, -1, -1))] * 2)

    assert sum(counts) == 100


def test_events_are_listed_the_newest_first_and_by_state(database: Database) -> None:
    add_leads(database, [1, 2, 3])
    receive(database, arrival(1), arrival(2))
    route(database, CRM)
    receive(database, arrival(3))
    inbox = SqlInbox(database)

    assert [note.lead_id for note in inbox.listing(state=None, limit=2)] == [
        lead_name(3),
        lead_name(2),
    ]
    assert [note.lead_id for note in inbox.listing(state="routed", limit=9)] == [
        lead_name(2),
        lead_name(1),
    ]
    assert [note.lead_id for note in inbox.listing(state="received", limit=9)] == [lead_name(3)]
    assert inbox.count() == {"routed": 2, "received": 1}


def test_an_event_shows_what_arrived_and_where_it_went(database: Database) -> None:
    add_leads(database, [1])
    given = arrival(1)
    receive(database, given)
    route(database, CRM, OUTREACH)
    (note,) = SqlInbox(database).listing(state=None, limit=1)

    event = SqlInbox(database).show(note.event_id)

    assert event is not None
    assert (event.facts, event.note.issued_at, event.note.received_at) == (
        given.facts,
        given.issued_at,
        NOW,
    )
    assert given.digest.startswith(event.digest)
    assert [delivery.destination for delivery in event.deliveries] == ["crm", "outreach"]
    assert SqlInbox(database).show(999) is None


def test_an_event_routed_anew_repeats_nothing_and_adds_what_is_new(database: Database) -> None:
    add_leads(database, [1])
    receive(database, arrival(1))
    route(database, OUTREACH)
    (note,) = SqlInbox(database).listing(state=None, limit=1)

    assert SqlInbox(database).retry([note.event_id, 999], now=NOW) == 1
    route(database, OUTREACH, CRM)

    event = SqlInbox(database).show(note.event_id)
    assert event is not None
    assert [delivery.destination for delivery in event.deliveries] == ["outreach", "crm"]


def test_an_event_that_a_newer_one_superseded_is_not_routed_anew(database: Database) -> None:
    add_leads(database, [1])
    receive(database, arrival(1), arrival(1, issued_at=1_789_999_999))
    route(database, CRM)
    newer, older = SqlInbox(database).listing(state=None, limit=2)

    assert SqlInbox(database).retry([older.event_id], now=NOW) == 0
    assert SqlInbox(database).retry([newer.event_id], now=NOW) == 1


def test_the_same_body_in_quarantine_is_counted(database: Database) -> None:
    quarantine = SqlQuarantine(database)
    quarantine.put(b'{"a": \xff}', reason="not UTF-8", now=NOW)
    quarantine.put(b"{", reason="not JSON", now=NOW + 1)
    quarantine.put(b'{"a": \xff}', reason="not UTF-8", now=NOW + 2)

    first, second = quarantine.listing(limit=9)

    assert quarantine.count() == 2
    assert (first.times, first.bytes, first.first_at, first.last_at) == (2, 8, NOW, NOW + 2)
    assert (second.times, second.reason) == (1, "not JSON")
    assert quarantine.show(first.quarantine_id) == (first, b'{"a": \xff}')
    assert quarantine.show(999) is None
