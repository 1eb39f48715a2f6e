"""A lead whose job waits for another attempt is under way, and in no account of failures."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from harness.received import NOW, add_leads, lead_name
from harness.stores import Store
from harness.workspace import Workspace
from leadflow.adapters.database import Database
from leadflow.adapters.sql_dead_jobs import SqlDeadJobs
from leadflow.adapters.sql_journey import SqlJourney
from leadflow.adapters.sql_outbox import SqlOutbox
from leadflow.adapters.sql_still_tried import STILL_TRIED, QueuedAccount
from leadflow.domain.dead_job import FailedJob
from leadflow.domain.ledger import State

SOURCE = """
    INSERT INTO lead_source (lead_seq, source, first_at, last_at)
    SELECT seq, 'web-form', CAST(? AS DOUBLE PRECISION), CAST(? AS DOUBLE PRECISION) FROM lead
"""


def failed(database: Database) -> None:
    add_leads(database, [1], state="failed")


def brought(database: Database, *, at: float = NOW - 60) -> None:
    database.execute(SOURCE, (at, at))


def failed_in_the_queue(database: Database) -> None:
    failed(database)
    brought(database)


def failed_before_a_form_brought_it(database: Database) -> None:
    failed(database)
    brought(database, at=NOW + 60)


def dead(database: Database) -> None:
    failed_in_the_queue(database)
    SqlDeadJobs(database).keep([FailedJob(lead_name(1), "web-form", "500", 5, NOW, NOW)])


def purged(database: Database) -> None:
    dead(database)
    SqlDeadJobs(database).mark([lead_name(1)], "purged")


def redriven(database: Database) -> None:
    dead(database)
    SqlDeadJobs(database).mark([lead_name(1)], "redriven")


def asked_for_again(database: Database) -> None:
    failed(database)
    SqlOutbox(database).ask_again([State.FAILED], now=NOW)


def dead_and_asked_for_again(database: Database) -> None:
    dead(database)
    SqlOutbox(database).ask_again([State.FAILED], now=NOW)
    database.execute("DELETE FROM outbox")  # its job is in the queue


def dead_once_more(database: Database) -> None:
    dead_and_asked_for_again(database)
    SqlDeadJobs(database).keep([FailedJob(lead_name(1), "web-form", "500", 5, NOW, NOW + 9)])


def emptied(database: Database) -> None:
    failed_in_the_queue(database)
    database.execute("UPDATE lead SET fields = '{}'")


@pytest.mark.parametrize(
    "story", [failed_in_the_queue, redriven, asked_for_again, dead_and_asked_for_again]
)
def test_it_is_in_flight_and_waits(database: Database, story: Callable[[Database], None]) -> None:
    story(database)

    journey = SqlJourney(database, tried_again=STILL_TRIED).journey(NOW, 60)
    account = QueuedAccount(database).account()

    assert (journey.in_flight, journey.dead, journey.is_balanced) == (1, 0, True)
    assert (account.waiting, account.failed, account.is_balanced) == (1, 0, True)
    assert QueuedAccount(database).failed() == []


@pytest.mark.parametrize(
    "story", [failed, failed_before_a_form_brought_it, dead, purged, dead_once_more, emptied]
)
def test_what_nothing_tries_again_is_dead(
    database: Database, story: Callable[[Database], None]
) -> None:
    story(database)

    journey = SqlJourney(database, tried_again=STILL_TRIED).journey(NOW, 60)
    account = QueuedAccount(database).account()

    assert (journey.in_flight, journey.dead, journey.is_balanced) == (0, 1, True)
    assert (account.waiting, account.failed, account.is_balanced) == (0, 1, True)
    assert [note.lead_id for note in QueuedAccount(database).failed()] == [lead_name(1)]


@pytest.mark.parametrize(("story", "code"), [(failed_in_the_queue, 75), (dead, 1)])
def test_status_says_the_same(
    workspace: Workspace, store: Store, story: Callable[[Database], None], code: int
) -> None:
    workspace.environ["DATABASE_URL"] = store.url
    with store.open() as database:
        story(database)

    told = workspace.leadflow("status", "--check")

    assert told.returncode == code, told.stderr
    counts = "1 failed + 0 unknown + 0 waiting" if code == 1 else "0 failed + 0 unknown + 1 waiting"
    assert f"1 accepted = 0 sent + {counts}" in told.stdout
    place = "0 in flight" if code == 1 else "1 in flight"
    assert place in told.stdout
