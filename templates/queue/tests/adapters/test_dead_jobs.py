"""Dead jobs in either store."""

from __future__ import annotations

import pytest

from harness.stores import Store
from leadflow.adapters.database import Database
from leadflow.adapters.sql_dead_jobs import SqlDeadJobs
from leadflow.domain.dead_job import DeadJob, FailedJob
from leadflow.domain.ledger import State
from leadflow.domain.source import Source
from leadflow.use_cases.redrive import Known

ADD = "INSERT INTO lead (lead_id, state, fields, intake_id, line) VALUES (?, ?, ?, 1, 1)"


def failed(number: int, **changes: object) -> FailedJob:
    job = FailedJob(f"lead-{number}", "web-form", "refused by Clay (400)", 1, 10.0, 20.0 + number)
    return job._replace(**changes)  # type: ignore[arg-type] # by name


def add_lead(database: Database, number: int, state: str, fields: str = '{"email": "a"}') -> None:
    database.execute(ADD, (f"lead-{number}", state, fields))


@pytest.fixture
def dead(database: Database) -> SqlDeadJobs:
    database.execute("INSERT INTO intake (intake_id, file, started_at) VALUES (1, 'f', 0)")
    return SqlDeadJobs(database)


def test_the_same_death_is_kept_once(dead: SqlDeadJobs) -> None:
    first = dead.keep([failed(1), failed(2)])
    again = dead.keep([failed(1), failed(2), failed(3)])

    assert (first, again) == (2, 1)
    assert dead.count(name=None, reason=None) == 3


def test_a_second_death_keeps_the_first_time_and_adds_the_attempts(dead: SqlDeadJobs) -> None:
    dead.keep([failed(1, attempts=3)])
    dead.mark(["lead-1"], "redriven")

    dead.keep([failed(1, attempts=2, failed_at=99.0, reason="redirect (302)")])

    assert dead.show("lead-1") == DeadJob(
        "lead-1", "web-form", "redirect (302)", 5, 21.0, 99.0, "dead"
    )


def test_what_was_redriven_purged_or_sent_is_not_listed(
    database: Database, dead: SqlDeadJobs
) -> None:
    dead.keep([failed(number) for number in range(1, 5)])
    dead.mark(["lead-1"], "redriven")
    dead.mark(["lead-2"], "purged")
    add_lead(database, 3, "sent")
    add_lead(database, 4, "failed")

    (left,) = dead.listing(name=None, reason=None, limit=10)

    assert (left.lead_id, left.lead_state) == ("lead-4", "failed")
    assert dead.count(name=None, reason=None) == 1


def test_a_purged_job_stays_purged_when_it_is_swept_again(dead: SqlDeadJobs) -> None:
    dead.keep([failed(1)])
    dead.mark(["lead-1"], "purged")

    assert dead.keep([failed(1)]) == 0
    assert dead.listing(name=None, reason=None, limit=10) == []


def test_they_are_chosen_by_name_and_by_a_part_of_the_reason(dead: SqlDeadJobs) -> None:
    dead.keep([failed(1), failed(2, name="crm-event"), failed(3, reason="100% of it, redirect")])

    def chosen(**choice: str | None) -> list[str]:
        asked = {"name": None, "reason": None, **choice}
        return [job.lead_id for job in dead.listing(**asked, limit=10)]

    assert chosen(name="crm-event") == ["lead-2"]
    assert chosen(reason="REDIRECT") == ["lead-3"]
    assert chosen(reason="100%") == ["lead-3"]
    assert chosen(reason="%") == ["lead-3"]


def test_the_longest_dead_come_first(dead: SqlDeadJobs) -> None:
    dead.keep([failed(number) for number in (3, 1, 2)])

    listed = [job.lead_id for job in dead.listing(name=None, reason=None, limit=2)]
    older = [job.lead_id for job in dead.older(before=23.0, limit=10)]

    assert listed == older == ["lead-1", "lead-2"]


def test_what_is_known_of_a_lead(database: Database, dead: SqlDeadJobs) -> None:
    add_lead(database, 1, "failed")
    add_lead(database, 2, "unknown", "{}")
    database.execute(
        "INSERT INTO lead_source (lead_seq, source, first_at, last_at)"
        " SELECT seq, 'crm-event', 5, 5 FROM lead WHERE lead_id = 'lead-1'"
    )

    assert dead.look("lead-1") == Known(State.FAILED, Source.CRM_EVENT, is_emptied=False)
    assert dead.look("lead-2") == Known(State.UNKNOWN, Source.CSV_IMPORT, is_emptied=True)
    assert dead.look("lead-3") is None


def test_the_sent_ones_among_many(database: Database, dead: SqlDeadJobs) -> None:
    for number in range(70):
        add_lead(database, number, "sent" if number % 3 == 0 else "failed")

    sent = dead.sent_among([f"lead-{number}" for number in range(100)])

    assert sent == {f"lead-{number}" for number in range(0, 70, 3)}


def test_only_a_lead_that_waits_has_failed_with_its_job(
    database: Database, dead: SqlDeadJobs
) -> None:
    for number, state in enumerate(State):
        add_lead(database, number, state)
        database.execute(
            "UPDATE lead SET reason = 'its own' WHERE lead_id = ?", (f"lead-{number}",)
        )

    dead.keep([failed(number) for number in range(len(State))])

    standing = leads(database)
    assert standing.pop("lead-0") == ("failed", "refused by Clay (400)", 20.0)
    assert [*standing.values()] == [(str(state), "its own", None) for state in [*State][1:]]


def test_a_lead_whose_job_is_on_its_way_again_goes_on_waiting(
    database: Database, dead: SqlDeadJobs
) -> None:
    add_lead(database, 1, "waiting")
    add_lead(database, 2, "waiting")
    dead.keep([failed(1)])
    dead.mark(["lead-1"], "redriven")
    database.execute("UPDATE lead SET state = 'waiting'")

    dead.keep([failed(1)])

    assert [state for state, *_ in leads(database).values()] == ["waiting", "waiting"]


def test_a_lead_that_was_put_back_after_its_job_had_died_is_found_by_the_next_sweep(
    database: Database, dead: SqlDeadJobs
) -> None:
    add_lead(database, 1, "sending")
    dead.keep([failed(1)])
    database.execute("UPDATE lead SET state = 'waiting'")

    assert dead.keep([failed(1)]) == 0
    assert leads(database) == {"lead-1": ("failed", "refused by Clay (400)", 21.0)}


def test_a_lead_that_another_process_changes_is_not_waited_for(
    postgres_url: str,
) -> None:
    store = Store("postgres", postgres_url)
    with store.open() as database, store.open() as other:
        database.execute("INSERT INTO intake (intake_id, file, started_at) VALUES (1, 'f', 0)")
        add_lead(database, 1, "waiting")
        with other.transaction():
            other.execute("UPDATE lead SET state = 'sending'")
            SqlDeadJobs(database).keep([failed(1)])

        assert leads(database) == {"lead-1": ("sending", "", None)}


def leads(database: Database) -> dict[str, tuple[str, str, float | None]]:
    found = database.execute("SELECT lead_id, state, reason, changed_at FROM lead ORDER BY seq")
    return {lead_id: (state, reason, at) for lead_id, state, reason, at in found}
