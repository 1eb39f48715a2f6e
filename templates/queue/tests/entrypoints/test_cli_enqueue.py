"""`leadflow enqueue` as a person or a script meets it, on both stores."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Any

import pytest

from harness.enqueue_command import enqueue, start_enqueue
from harness.intake import arrived, jobs_in, lead_of, sources_in, taken
from harness.server import until
from harness.stores import Store
from harness.workspace import Workspace, lead_rows, write_csv
from leadflow.adapters.database import Database
from leadflow.adapters.sql_outbox import SqlOutbox
from leadflow.bootstrap_store import hold
from leadflow.domain.job import Job
from leadflow.domain.lead import identify
from leadflow.domain.ledger import State
from leadflow.domain.source import Source

MOST_GROWTH_BYTES = 8 * 1024**2


@pytest.fixture
def project(workspace: Workspace, store: Store) -> Workspace:
    workspace.environ["DATABASE_URL"] = store.url
    return workspace


@pytest.fixture
def leads(workspace: Workspace) -> Path:
    return write_csv(workspace.folder / "leads.csv", lead_rows(5))


def answer_to(project: Workspace, *arguments: str | Path) -> dict[str, Any]:
    done = enqueue(project, *arguments, "--format", "json")
    assert done.code == 0, done.err
    answer: dict[str, Any] = json.loads(done.out)
    return answer


def jobs(store: Store) -> list[Job]:
    with store.open() as database:
        return jobs_in(database)


def jobs_so_far(store: Store) -> int:
    with store.open_to_read() as database:
        count, _ = SqlOutbox(database).depth()
    return count


def job_of(row: dict[str, str], **asked: bool) -> Job:
    return Job(identify(row), Source.CSV_IMPORT, **asked)


def relayed(database: Database) -> None:
    """Everything has gone into the queue."""
    database.execute("DELETE FROM outbox")


def test_a_file_goes_into_the_queue_in_its_order(
    project: Workspace, store: Store, leads: Path
) -> None:
    answer = answer_to(project, leads)

    assert (answer["queued"], answer["outbox"], answer["file"]["new"]) == (5, 5, 5)
    assert answer["account"]["waiting"] == 5
    assert jobs(store) == [job_of(row) for row in lead_rows(5)]


def test_the_same_file_twice_queues_nothing_twice(
    project: Workspace, store: Store, leads: Path
) -> None:
    answer_to(project, leads)
    with store.open() as database:
        relayed(database)

    again = answer_to(project, leads)

    assert (again["queued"], again["outbox"], again["file"]["known"]) == (0, 0, 5)
    assert jobs(store) == []
    with store.open() as database:
        rows = database.execute("SELECT source, times FROM lead_source").fetchall()
    assert [tuple(row) for row in rows] == [("csv-import", 2)] * 5


def test_a_lead_that_a_form_brought_before_gets_no_second_job(
    project: Workspace, store: Store
) -> None:
    with store.open() as database:
        taken(database, arrived(1))
    both = [
        {"email": f"ada{n}@acme-{n}.com", "first_name": "Ada", "last_name": "B"} for n in (1, 2)
    ]

    answer = answer_to(project, write_csv(project.folder / "leads.csv", both))

    assert (answer["queued"], answer["file"]["known"]) == (1, 1)
    assert jobs(store) == [Job(lead_of(1).lead_id, Source.WEB_FORM), job_of(both[1])]
    with store.open() as database:
        assert [source for source, *_ in sources_in(database, 1)] == ["csv-import", "web-form"]


def test_lines_that_are_not_taken_are_reported_as_send_reports_them(
    project: Workspace, store: Store
) -> None:
    rows = [*lead_rows(3), lead_rows(1)[0], {**lead_rows(1)[0], "email": "nobody"}]
    path = write_csv(project.folder / "leads.csv", rows)

    done = enqueue(project, path)

    report = (project.folder / "results/leads.rejected.csv").read_text().splitlines()
    assert done.code == 0
    assert "file: 5 rows: 3 new, 0 known, 1 duplicates, 1 rejected" in done.out
    assert "queue: 3 leads put in; 3 on their way" in done.out
    told = {tuple(line.split(",")[:2]) for line in report[1:]}
    assert told == {("5", "duplicate"), ("6", "rejected")}
    assert len(jobs(store)) == 3
    assert "nobody" not in done.out + done.err + "".join(report)


def test_a_dry_run_counts_and_stores_nothing(workspace: Workspace, leads: Path) -> None:
    done = enqueue(workspace, leads, "--dry-run")

    assert done.code == 0
    assert "file: 5 rows: 5 new" in done.out
    assert "queue:" not in done.out
    assert not workspace.database.exists()


def test_a_file_that_cannot_be_read_to_its_end_leaves_nothing(
    project: Workspace, store: Store
) -> None:
    path = write_csv(project.folder / "leads.csv", lead_rows(3_000))
    with path.open("a") as file:
        file.write('ada@acme.com,"Ada,Byron\n' + "x,y,z\n" * 50)

    done = enqueue(project, path)

    assert done.code == 2
    assert "line 3002" in done.err
    assert jobs(store) == []
    with store.open() as database:
        assert database.execute("SELECT count(*) FROM lead").fetchone()[0] == 0


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_one_that_is_ended_half_way_is_made_good_by_the_next(
    project: Workspace, store: Store, end: signal.Signals
) -> None:
    rows = lead_rows(12_000)
    nobody = {**rows[0], "email": "nobody"}
    path = write_csv(project.folder / "leads.csv", [nobody, *rows, rows[0], rows[-1], nobody])
    process = start_enqueue(project, path)
    until(lambda: jobs_so_far(store) > 0, "begun")
    process.send_signal(end)

    assert process.wait(30) == (130 if end is not signal.SIGKILL else -9)
    earlier = jobs_so_far(store)
    assert 0 < earlier < len(rows)
    answer = answer_to(project, path)

    told = {name: answer["file"][name] for name in ("new", "known", "duplicates", "rejected")}
    assert told == {"new": len(rows), "known": 0, "duplicates": 2, "rejected": 2}
    assert (answer["queued"], answer["earlier"]) == (len(rows) - earlier, earlier)
    account = answer["account"]
    assert (account["waiting"], account["duplicates"], account["rejected"]) == (len(rows), 2, 2)
    assert jobs(store) == [job_of(row) for row in rows]
    assert answer_to(project, path)["file"]["known"] == len(rows) + 2


def test_two_at_once_are_one_after_the_other(project: Workspace, store: Store, leads: Path) -> None:
    with hold(store.url, role="enqueue"):
        done = enqueue(project, leads)

    assert done.code == 75
    assert "another `leadflow enqueue` is using" in done.err
    assert jobs(store) == []
    assert answer_to(project, leads)["queued"] == 5


def test_failed_and_unknown_leads_go_back_when_a_person_says_so(
    project: Workspace, store: Store, leads: Path
) -> None:
    rows = lead_rows(5)
    answer_to(project, leads)
    with store.open() as database:
        relayed(database)
        for row, state in zip(rows, State, strict=True):
            values = (state, identify(row))
            database.execute("UPDATE lead SET state = ? WHERE lead_id = ?", values)
    by_state = dict(zip(State, rows, strict=True))

    failed = answer_to(project, "--failed")
    assert jobs(store) == [job_of(by_state[State.FAILED], is_again=True)]
    unknown = answer_to(project, "--on-unknown", "retry")

    assert (failed["again"], unknown["again"]) == ({"failed": 1}, {"unknown": 1})
    assert jobs(store)[1:] == [job_of(by_state[State.UNKNOWN], is_again=True, may_repeat=True)]


def test_without_a_file_whatever_waits_goes_in(
    project: Workspace, store: Store, leads: Path
) -> None:
    answer_to(project, leads)
    with store.open() as database:
        relayed(database)
        database.execute("UPDATE lead SET state = 'sent' WHERE line < 5")

    answer = answer_to(project)

    assert answer["again"] == {"waiting": 2}
    assert [job.lead_id for job in jobs(store)] == [identify(row) for row in lead_rows(2, start=3)]


def test_it_runs_beside_a_ledger_that_is_at_work(
    project: Workspace, store: Store, leads: Path
) -> None:
    with store.open() as database:
        SqlOutbox(database).depth()

        assert answer_to(project, leads)["queued"] == 5


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--dry-run"], "--dry-run checks a file"),
        (["nowhere.csv"], "nowhere.csv"),
        (["--on-unknown", "perhaps"], "perhaps"),
    ],
)
def test_what_makes_no_sense_is_refused(
    workspace: Workspace, arguments: list[str], sentence: str
) -> None:
    done = enqueue(workspace, *arguments)

    assert done.code == 2
    assert sentence in done.err
    assert not workspace.database.exists()


def test_an_empty_file_is_no_fault(workspace: Workspace) -> None:
    empty = workspace.folder / "leads.csv"
    empty.touch()

    assert answer_to(workspace, empty)["queued"] == 0


def test_memory_does_not_grow_with_the_file(workspace: Workspace) -> None:
    small = write_csv(workspace.folder / "small.csv", lead_rows(30_000))
    large = write_csv(workspace.folder / "large.csv", lead_rows(120_000, start=30_000))

    few, many = (enqueue(workspace, path).most_bytes for path in (small, large))

    print(f"{few / 1024**2:.0f} MiB for 30,000 leads, {many / 1024**2:.0f} MiB for 120,000")
    assert many - few < MOST_GROWTH_BYTES
