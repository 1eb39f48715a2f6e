"""Leads that arrive one by one, on both stores: one lead and one job, however often it comes."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from harness.intake import NOW, arrived, jobs_in, lead_of, sources_in, taken
from harness.stores import Store
from leadflow.adapters.committed_reception import CommittedReception
from leadflow.adapters.database import Database
from leadflow.adapters.group_commit import group_commit
from leadflow.adapters.sql_account import SqlAccount
from leadflow.adapters.sql_outcomes import SqlOutcomes
from leadflow.adapters.sql_quarantine import SqlQuarantine
from leadflow.domain.job import Job
from leadflow.domain.ledger import State
from leadflow.domain.source import Source
from leadflow.use_cases.take_in import Taken

SEEN_SECONDS = 7 * 86_400


def test_a_lead_is_stored_with_its_source_and_its_job(database: Database) -> None:
    assert taken(database, arrived()) == [Taken.NEW]

    lead = lead_of()
    assert SqlOutcomes(database).of([lead.lead_id])[lead.lead_id].state is State.WAITING
    assert jobs_in(database) == [Job(lead.lead_id, Source.WEB_FORM)]
    assert sources_in(database) == [("web-form", 1, NOW, NOW)]


def test_the_same_lead_from_two_sources_is_one_lead_and_one_job(database: Database) -> None:
    answers = [
        *taken(database, arrived(1, Source.CRM_EVENT)),
        *taken(database, arrived(1, Source.WEB_FORM, at=NOW + 5)),
        *taken(database, arrived(1, Source.CRM_EVENT, at=NOW + 9)),
    ]

    assert answers == [Taken.NEW, Taken.KNOWN, Taken.KNOWN]
    assert jobs_in(database) == [Job(lead_of().lead_id, Source.CRM_EVENT)]
    assert sources_in(database) == [
        ("crm-event", 2, NOW, NOW + 9),
        ("web-form", 1, NOW + 5, NOW + 5),
    ]
    assert SqlAccount(database).account().accepted == 1


def test_the_same_lead_many_times_in_one_commit_is_new_once(database: Database) -> None:
    answers = taken(database, arrived(2), arrived(1), arrived(2, Source.CRM_EVENT), arrived(1))

    assert answers == [Taken.NEW, Taken.NEW, Taken.KNOWN, Taken.KNOWN]
    assert len(jobs_in(database)) == 2
    assert [source for source, *_ in sources_in(database, 2)] == ["crm-event", "web-form"]
    assert sources_in(database, 1) == [("web-form", 2, NOW, NOW)]


@pytest.mark.parametrize("state", State)
def test_a_known_lead_is_not_queued_again_whatever_became_of_it(
    database: Database, state: State
) -> None:
    taken(database, arrived())
    database.execute("DELETE FROM outbox")
    database.execute("UPDATE lead SET state = ?", (state,))

    assert taken(database, arrived()) == [Taken.KNOWN]

    assert jobs_in(database) == []
    assert SqlOutcomes(database).of([lead_of().lead_id])[lead_of().lead_id].state is state


def test_leads_belong_to_a_reading_of_their_source_and_day(database: Database) -> None:
    taken(database, arrived(1), arrived(2, Source.CRM_EVENT), arrived(3))
    taken(database, arrived(4), arrived(5, at=NOW + 86_400))

    rows = database.execute(
        "SELECT file, count(*) FROM lead JOIN intake USING (intake_id) GROUP BY file ORDER BY file"
    )

    assert [tuple(row) for row in rows] == [
        ("crm-event 2026-09-21", 1),
        ("web-form 2026-09-21", 3),
        ("web-form 2026-09-22", 1),
    ]
    (readings,) = database.execute("SELECT count(*) FROM intake").fetchone()
    assert readings == 3


def test_an_event_that_was_taken_before_changes_nothing(database: Database) -> None:
    event, other = b"e" * 32, b"o" * 32
    first = arrived(1, Source.CRM_EVENT, event=event)
    again = arrived(1, Source.CRM_EVENT, at=NOW + 9, event=event)

    answers = [
        *taken(database, first, again),
        *taken(database, again, arrived(1, Source.CRM_EVENT, event=other)),
    ]

    assert answers == [Taken.NEW, Taken.REPEATED, Taken.REPEATED, Taken.KNOWN]
    assert sources_in(database) == [("crm-event", 2, NOW, NOW)]


def test_an_event_is_forgotten_when_no_crm_sends_it_again(database: Database) -> None:
    taken(database, arrived(1, Source.CRM_EVENT, event=b"e" * 32))
    taken(database, arrived(2, Source.CRM_EVENT, event=b"n" * 32, at=NOW + SEEN_SECONDS + 1))

    rows = database.execute("SELECT digest FROM crm_event").fetchall()

    assert [bytes(row[0]) for row in rows] == [b"n" * 32]


def test_of_fifty_identical_leads_at_once_one_is_new(store: Store) -> None:
    threads = 10
    with store.open():
        pass  # the tables are there before the race begins
    barrier = Barrier(threads)

    def bring_five() -> list[Taken]:
        with store.open() as database:
            barrier.wait()
            return [taken(database, arrived())[0] for _ in range(5)]

    with ThreadPoolExecutor(threads) as pool:
        answers = [pool.submit(bring_five) for _ in range(threads)]
        found = [answer for future in answers for answer in future.result()]

    assert (found.count(Taken.NEW), found.count(Taken.KNOWN)) == (1, 49)
    with store.open() as database:
        assert len(jobs_in(database)) == 1
        assert [times for _, times, *_ in sources_in(database)] == [50]


def test_a_lead_is_on_the_disk_when_it_is_taken(store: Store) -> None:
    async def take() -> list[Taken]:
        async with group_commit(store.open) as writer:
            reception = CommittedReception(writer)
            answers = await asyncio.gather(*(reception.take(arrived(n % 20)) for n in range(100)))
            await reception.quarantine(b"{", reason="not JSON", now=NOW)
            with store.open() as beside:
                assert len(jobs_in(beside)) == 20
                assert SqlQuarantine(beside).count() == 1
            return answers

    answers = asyncio.run(take())

    assert answers.count(Taken.NEW) == 20
