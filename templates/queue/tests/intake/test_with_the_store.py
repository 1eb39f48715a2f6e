"""Intake as a process, on both stores: every 200 is a row with a job, whatever happens."""

from __future__ import annotations

import json
import random
import resource
import signal
import time
from pathlib import Path
from threading import Barrier
from urllib.parse import urlencode

from harness.bad_bodies import VALUES, WHOLE_BODIES
from harness.crm import hubspot_event, hubspot_headers
from harness.intake import form_of, jobs_in, lead_of, sources_in
from harness.intake_process import IntakeProcess, at_once, running_intake
from harness.server import until
from harness.stores import Store
from harness.tokens import SECRETS
from leadflow.adapters.sql_quarantine import SqlQuarantine
from leadflow.domain.job import Job
from leadflow.domain.source import Source

LEADS = 1_200
CALLERS = 6
KILLS = 4
ROOM_BYTES = 64 * 1024
UNLIMITED = resource.RLIM_INFINITY
JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def jobs(store: Store) -> list[Job]:
    with store.open() as database:
        return jobs_in(database)


def events(intake: IntakeProcess, numbers: range) -> int:
    body = json.dumps([hubspot_event(number) for number in numbers]).encode()
    headers = dict(hubspot_headers(body, at=time.time()))
    return intake.ask("/api/crm/events", body, headers).status


def test_a_form_a_program_and_a_crm_bring_leads_into_one_store(
    store: Store, tmp_path: Path
) -> None:
    with running_intake(tmp_path, store.url) as intake:
        form = intake.ask("/api/leads", urlencode(form_of(1)).encode(), FORM)
        program = intake.post(2)
        crm = events(intake, range(1, 4))
        again = intake.post(3)

    assert (form.status, program.status, crm) == (200, 200, 200)
    assert again.json == {"ok": True, "lead_id": lead_of(3).lead_id, "duplicate": True}
    assert jobs(store) == [
        Job(lead_of(1).lead_id, Source.WEB_FORM),
        Job(lead_of(2).lead_id, Source.WEB_FORM),
        Job(lead_of(3).lead_id, Source.CRM_EVENT),
    ]
    with store.open() as database:
        assert [row[0] for row in sources_in(database, 1)] == ["crm-event", "web-form"]


def test_fifty_identical_submissions_at_once_are_one_lead_and_one_job(
    store: Store, tmp_path: Path
) -> None:
    duplicates: list[bool] = []
    start = Barrier(50)
    with running_intake(tmp_path, store.url) as intake:

        def submit(_number: int) -> None:
            start.wait(20)
            duplicates.append(intake.post(1).json["duplicate"])

        for thread in at_once(50, submit):
            thread.join(30)

    assert (len(duplicates), duplicates.count(False)) == (50, 1)
    assert jobs(store) == [Job(lead_of(1).lead_id, Source.WEB_FORM)]


def test_after_a_kill_between_commit_and_answer_the_lead_is_there_once(
    store: Store, tmp_path: Path
) -> None:
    with running_intake(tmp_path, store.url) as intake:
        (tmp_path / "die").touch()
        answered: set[int] = set()
        intake.post_all([1], answered)
        assert intake.running.process.wait(10) == -signal.SIGKILL

    assert answered == set()
    assert len(jobs(store)) == 1
    with running_intake(tmp_path, store.url) as intake:
        assert intake.post(1).json["duplicate"] is True
    assert len(jobs(store)) == 1


def test_kills_under_load_lose_no_lead_that_was_answered_200(store: Store, tmp_path: Path) -> None:
    seed = random.randrange(1_000_000)
    print(f"seed {seed}")
    chance = random.Random(seed)
    acknowledged: set[int] = set()

    for kill in range(KILLS):
        with running_intake(tmp_path, store.url) as intake:
            share = range(kill, LEADS, KILLS)
            before = len(acknowledged)

            def submit(number: int, to: IntakeProcess = intake, these: range = share) -> None:
                to.post_all(these[number::CALLERS], acknowledged)

            threads = at_once(CALLERS, submit)
            least = before + chance.randrange(1, 60)
            until(lambda count=least: len(acknowledged) >= count, "leads")  # type: ignore[misc]
            intake.kill()
            for thread in threads:
                thread.join(60)
        queued = [job.lead_id for job in jobs(store)]
        assert len(queued) == len(set(queued))
        assert {lead_of(number).lead_id for number in acknowledged} <= set(queued)


def test_no_bad_body_breaks_it_and_none_is_stored(tmp_path: Path) -> None:
    store = Store("sqlite", f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    headers = {**JSON, "Authorization": f"Bearer {SECRETS[0]}"}
    with running_intake(tmp_path, store.url) as intake:
        wholes = {
            intake.ask("/api/leads", body, headers).status for body, _ in WHOLE_BODIES.values()
        }
        answers = {
            value: intake.ask("/api/leads", with_title(number, value), headers).status
            for number, value in enumerate(VALUES)
        }
        assert intake.post(LEADS).status == 200

    assert wholes == {400, 413, 422}
    unreadable = {value for value, (*_, fact) in VALUES.items() if fact == 400}
    assert {answers[value] for value in unreadable} == {400}
    assert {answers[value] for value in VALUES.keys() - unreadable} == {200, 413, 422}
    assert len(jobs(store)) == list(answers.values()).count(200) + 1
    assert '"error"' not in intake.log


def with_title(number: int, value: str) -> bytes:
    body = json.dumps({**form_of(number), "title": "@"})
    return body.replace('"@"', value).encode()


def test_on_a_full_disk_a_lead_is_answered_503_and_later_taken(tmp_path: Path) -> None:
    store = Store("sqlite", f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    with running_intake(tmp_path, store.url) as intake:
        assert intake.post(0).status == 200
        limit = largest(tmp_path) + ROOM_BYTES
        resource.prlimit(intake.running.process.pid, resource.RLIMIT_FSIZE, (limit, UNLIMITED))
        answers = [intake.post(number, title="x" * 5_000) for number in range(1, 60)]
        unlimited = (UNLIMITED, UNLIMITED)
        resource.prlimit(intake.running.process.pid, resource.RLIMIT_FSIZE, unlimited)
        again = intake.post(59, title="x" * 5_000)

    assert {heard.status for heard in answers} == {200, 503}
    assert {heard.headers["retry-after"] for heard in answers if heard.status == 503} == {"5"}
    assert again.json["duplicate"] is False
    assert len(jobs(store)) == [heard.status for heard in answers].count(200) + 2


def test_nothing_that_a_person_wrote_is_in_the_log(tmp_path: Path) -> None:
    store = Store("sqlite", f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    with running_intake(tmp_path, store.url, burst=1, per_minute=1) as intake:
        person = form_of(1, company="Babbage & Sons", first_name="Ada\r\nLovelace")
        for body in (person, person, {**person, "fax": "1"}, {**person, "email": "Babbage"}):
            intake.ask("/api/leads", json.dumps(body).encode(), JSON)
        events(intake, range(1, 3))
        personal = {"email": "ada@gmail.com", "firstname": "Ada", "lastname": "Lovelace"}
        kept = json.dumps([hubspot_event(9, properties=personal)]).encode()
        headers = dict(hubspot_headers(kept, at=time.time()))
        assert intake.ask("/api/crm/events", kept, headers).json["rejected"] == 1

    said = intake.log
    assert '"outcome": "taken"' in said
    assert '"outcome": "limited"' in said
    for word in ("Ada", "Lovelace", "Byron", "Babbage", "acme", "gmail", SECRETS[0]):
        assert word not in said
    with store.open() as database:
        assert SqlQuarantine(database).count() == 1


def largest(folder: Path) -> int:
    return max(path.stat().st_size for path in folder.iterdir() if path.is_file())
