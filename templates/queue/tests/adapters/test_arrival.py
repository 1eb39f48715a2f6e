"""A ledger that Direct or Standard wrote last: what waits in it enters the queue, once."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from harness.stores import Store
from leadflow.adapters import arrival
from leadflow.adapters.database import Database
from leadflow.adapters.sql_outbox import SqlOutbox
from leadflow.adapters.store_mark import take_over

INTAKE = "INSERT INTO intake (intake_id, file, started_at) VALUES (1, 'leads.csv', 1)"
LEAD = """
    INSERT INTO lead (lead_id, fields, intake_id, line, state, changed_at)
    VALUES (?, ?, 1, 1, ?, ?)
"""
ENDED = ("sent", "failed", "unknown")
QUEUED = "SELECT lead_id, source, is_again, may_repeat FROM outbox ORDER BY outbox_id"
WRITTEN_BY = "UPDATE store SET variant = ?"
HOUR = 3_600


def left_by(store: Store, variant: str, leads: Sequence[tuple[object, ...]]) -> Store:
    """A ledger as this variant leaves it."""
    with store.open() as database, database.transaction():
        database.execute(INTAKE)
        database.execute_many(LEAD, leads)
        database.execute("UPDATE gate_epoch SET epoch = 'of-long-ago'")
        database.execute(WRITTEN_BY, (variant,))
    return store


def lead(name: str, state: str = "waiting", *, fields: str = '{"a": "b"}') -> tuple[object, ...]:
    return (f"lead-{name}", fields, state, time.time() - HOUR)


def queued(database: Database) -> list[tuple[object, ...]]:
    return database.execute(QUEUED).fetchall()


@pytest.mark.parametrize("variant", ["direct", "standard", ""])
def test_leads_that_wait_enter_the_outbox_in_their_order(store: Store, variant: str) -> None:
    left_by(store, variant, [lead("b"), lead("a")])

    with store.open() as database:
        assert queued(database) == [
            ("lead-b", "csv-import", 1, 0),
            ("lead-a", "csv-import", 1, 0),
        ]


def test_they_enter_once_whoever_opens_the_ledger_how_often(store: Store) -> None:
    left_by(store, "standard", [lead("a")])
    with store.open() as database:
        taken = SqlOutbox(database).take(limit=9, now=time.time(), lease_until=0)
        SqlOutbox(database).forget([waiting.outbox_id for waiting in taken])

    for _ in range(2):
        with store.open() as database:
            assert queued(database) == []


def test_many_processes_that_come_at_once_put_them_in_once(store: Store) -> None:
    left_by(store, "standard", [lead(f"{n}") for n in range(50)])

    def come(_: int) -> None:
        with store.open():
            pass

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(come, range(8)))

    with store.open() as database:
        assert len(queued(database)) == 50


def test_only_what_waits_enters(store: Store) -> None:
    """What was sent is awaited, what is unknown is for a person, what was purged is gone."""
    ended = [lead(state, state) for state in ENDED]
    left_by(store, "standard", [*ended, lead("purged", fields="{}")])

    with store.open() as database:
        assert queued(database) == []
        states = dict(database.execute("SELECT lead_id, state FROM lead"))
        assert states == {"lead-purged": "waiting"} | {f"lead-{each}": each for each in ENDED}


def test_a_lead_in_the_hands_of_a_run_that_was_killed_gets_a_job_that_finds_out(
    store: Store,
) -> None:
    left_by(store, "direct", [lead("a", "sending")])

    with store.open() as database:
        assert queued(database) == [("lead-a", "csv-import", 1, 0)]


def test_the_numbers_in_redis_are_put_there_anew(store: Store) -> None:
    left_by(store, "standard", [])

    with store.open() as database:
        assert database.execute("SELECT epoch FROM gate_epoch").fetchone() == ("",)


def test_a_ledger_of_our_own_is_left_as_it_is(store: Store) -> None:
    left_by(store, arrival.VARIANT, [lead("a")])

    with store.open() as database:
        assert queued(database) == []
        assert database.execute("SELECT epoch FROM gate_epoch").fetchone() == ("of-long-ago",)


def test_who_is_killed_while_they_enter_has_put_in_none(store: Store) -> None:
    left_by(store, "standard", [lead("a")])
    with store.open(for_copy=True) as database:
        with suppress(KeyError), database.transaction():
            take_over(database)
            raise KeyError
        assert queued(database) == []

    with store.open() as database:
        assert len(queued(database)) == 1


def test_looking_puts_nothing_in(store: Store) -> None:
    left_by(store, "standard", [lead("a")])

    with store.open_to_read() as database:
        assert queued(database) == []
