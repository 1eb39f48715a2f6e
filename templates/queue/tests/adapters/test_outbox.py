"""The outbox, on both stores."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from harness.intake import NOW, arrived, jobs_in, lead_of, taken
from harness.stores import Store
from leadflow.adapters.database import Database
from leadflow.adapters.sql_outbox import SqlOutbox
from leadflow.domain.job import Job
from leadflow.domain.ledger import State
from leadflow.domain.source import Source

LATER = NOW + 60


def stored(database: Database, *states: State) -> None:
    """One lead in each of these states, none of them in the outbox."""
    for number, state in enumerate(states):
        taken(database, arrived(number))
        values = (state, lead_of(number).lead_id)
        database.execute("UPDATE lead SET state = ? WHERE lead_id = ?", values)
    database.execute("DELETE FROM outbox")


def test_jobs_are_taken_in_the_order_in_which_they_came(database: Database) -> None:
    for number in (3, 1, 2):
        taken(database, arrived(number))
    outbox = SqlOutbox(database)

    found = outbox.take(limit=2, now=NOW, lease_until=LATER)

    assert [each.job.lead_id for each in found] == [lead_of(3).lead_id, lead_of(1).lead_id]
    assert outbox.depth() == (3, NOW)


def test_what_one_relay_has_no_other_gets_until_it_lets_go_or_its_lease_ends(
    database: Database,
) -> None:
    taken(database, arrived(1), arrived(2))
    outbox = SqlOutbox(database)
    first = outbox.take(limit=1, now=NOW, lease_until=LATER)
    second = outbox.take(limit=9, now=NOW, lease_until=LATER)
    assert (len(first), len(second)) == (1, 1)
    assert outbox.take(limit=9, now=LATER - 0.1, lease_until=LATER) == []

    outbox.let_go([second[0].outbox_id])

    assert outbox.take(limit=9, now=NOW, lease_until=LATER) == second
    assert outbox.take(limit=9, now=LATER, lease_until=LATER + 60) == [*first, *second]


def test_what_the_queue_has_is_gone(database: Database) -> None:
    taken(database, *map(arrived, range(600)))
    outbox = SqlOutbox(database)
    found = outbox.take(limit=599, now=NOW, lease_until=LATER)

    outbox.forget([each.outbox_id for each in found])

    assert outbox.depth() == (1, NOW)


def test_several_relays_at_once_share_the_work(store: Store) -> None:
    with store.open() as database:
        taken(database, *map(arrived, range(400)))
    barrier = Barrier(4)

    def take_all() -> list[int]:
        with store.open() as database:
            barrier.wait()
            found, outbox = [], SqlOutbox(database)
            while some := outbox.take(limit=20, now=NOW, lease_until=LATER):
                found += [each.outbox_id for each in some]
            return found

    with ThreadPoolExecutor(4) as pool:
        shares = [future.result() for future in [pool.submit(take_all) for _ in range(4)]]

    assert len([each for share in shares for each in share]) == 400
    assert len({each for share in shares for each in share}) == 400


def test_leads_asked_for_again_get_a_job_and_unknown_ones_may_be_repeated(
    database: Database,
) -> None:
    stored(database, State.SENT, State.FAILED, State.UNKNOWN, State.WAITING)

    count = SqlOutbox(database).ask_again([State.FAILED, State.UNKNOWN], now=NOW)

    assert count == 2
    assert jobs_in(database) == [
        Job(lead_of(1).lead_id, Source.WEB_FORM, is_again=True),
        Job(lead_of(2).lead_id, Source.WEB_FORM, is_again=True, may_repeat=True),
    ]


def test_a_job_that_waits_already_learns_that_it_was_asked_for(database: Database) -> None:
    taken(database, arrived(1))
    database.execute("UPDATE lead SET state = 'unknown'")
    outbox = SqlOutbox(database)

    outbox.ask_again([State.UNKNOWN], now=NOW)
    database.execute("UPDATE lead SET state = 'failed'")
    outbox.ask_again([State.FAILED], now=NOW)

    (job,) = jobs_in(database)
    assert (job.is_again, job.may_repeat) == (True, True)


@pytest.mark.parametrize(
    ("asked_for", "age_seconds", "jobs"),
    [
        (State.WAITING, 61, [Job(lead_of(0).lead_id, Source.WEB_FORM, is_again=True)]),
        (State.UNKNOWN, 61, [Job(lead_of(0).lead_id, Source.WEB_FORM, True, True)]),
        (State.WAITING, 59, []),
        (State.FAILED, 61, []),
    ],
    ids=["with those that wait", "and that may be repeated", "a call under way", "not with failed"],
)
def test_a_lead_whose_worker_has_gone_is_queued_again(
    database: Database, asked_for: State, age_seconds: float, jobs: list[Job]
) -> None:
    stored(database, State.SENDING)
    database.execute("UPDATE lead SET changed_at = ?", (NOW - age_seconds,))

    SqlOutbox(database).ask_again([asked_for], now=NOW)

    assert jobs_in(database) == jobs


def test_of_somebody_who_was_forgotten_nothing_is_queued(database: Database) -> None:
    stored(database, State.FAILED)
    database.execute("UPDATE lead SET fields = '{}'")

    assert SqlOutbox(database).ask_again([State.FAILED], now=NOW) == 0
