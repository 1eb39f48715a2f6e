"""Intake, relay and a real queue: Redis may be away, frozen or full, and no lead is lost."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from harness.enqueue_command import enqueue
from harness.intake import form_of, jobs_in, lead_of
from harness.intake_process import IntakeProcess, at_once, running_intake
from harness.server import until
from harness.stores import Store
from harness.valkey import ValkeyPlace, started
from harness.workspace import Workspace, write_csv
from leadflow.domain.source import QUEUE

pytest_plugins = ["harness.valkey"]

AWAY_SECONDS = 6.0  # ten minutes, a hundred times faster, as are the waits of the relay
BACK_SECONDS = 5.0  # what a backlog may take to resume
CALLERS = 4
RELAYED = "relayed"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store("sqlite", f"sqlite:///{tmp_path / 'ledger.sqlite'}")


def queued(valkey: ValkeyPlace) -> dict[str, dict[str, str]]:
    """Every job of the queue, by its id."""
    with redis.Redis.from_url(valkey.url, decode_responses=True) as client:
        keys = list(client.scan_iter(f"bull:{QUEUE}:lead-*", count=1_000))
        return {key.rpartition(":")[2]: client.hgetall(key) for key in keys}


def jobs_of(valkey: ValkeyPlace) -> int:
    """How many jobs the queue has; asked so that asking does not hold up the relay."""
    with redis.Redis.from_url(valkey.url) as client:
        return sum(1 for _ in client.scan_iter(f"bull:{QUEUE}:lead-*", count=1_000))


def is_empty(store: Store) -> bool:
    with store.open_to_read() as database:
        return not jobs_in(database)


def ids(numbers: set[int]) -> set[str]:
    return {lead_of(number).lead_id for number in numbers}


class Posting:
    """Callers that send one lead after the other, until they are told to end."""

    def __init__(self, intake: IntakeProcess) -> None:
        self.intake, self.done, self.is_over = intake, set[int](), False
        self._threads = at_once(CALLERS, self._post)

    def _post(self, first: int) -> None:
        number = first
        while not self.is_over:
            self.intake.post_all([number], self.done)
            number += CALLERS

    def end(self) -> set[int]:
        self.is_over = True
        for thread in self._threads:
            thread.join(30)
        return self.done


@pytest.fixture
def posting(store: Store, tmp_path: Path, valkey: ValkeyPlace) -> Iterator[Posting]:
    with running_intake(tmp_path, store.url, valkey.url, poll_seconds=0.2) as intake:
        callers = Posting(intake)
        yield callers
        callers.end()


def test_every_lead_is_a_job_that_holds_no_person(
    store: Store, tmp_path: Path, valkey: ValkeyPlace
) -> None:
    with running_intake(tmp_path, store.url, valkey.url) as intake:
        for number in range(20):
            assert intake.post(number).status == 200
        until(lambda: len(queued(valkey)) == 20, "all of them queued")

    found = queued(valkey)
    assert found.keys() == ids(set(range(20)))
    assert {job["name"] for job in found.values()} == {"web-form"}
    told = [json.loads(job["data"]) for job in found.values()]
    assert all({"lead_id", "source"} <= {*data} for data in told)
    assert "acme" not in json.dumps(found)
    assert is_empty(store)


def test_redis_away_for_ten_minutes_loses_nothing_that_was_answered_200(
    store: Store, posting: Posting, valkey: ValkeyPlace
) -> None:
    until(lambda: len(posting.done) >= 20, "leads before Redis goes")
    valkey.kill()
    before = len(posting.done)
    time.sleep(AWAY_SECONDS)
    during = len(posting.done)
    valkey.restart()
    back_at = time.monotonic()
    until(lambda: jobs_of(valkey) >= during, "the backlog relayed", seconds=30)
    resumed_seconds = time.monotonic() - back_at
    done = posting.end()
    until(lambda: is_empty(store), "an empty outbox")

    print(f"{before} before, {during - before} while away, resumed in {resumed_seconds:.2f} s")
    assert during - before > 50
    assert resumed_seconds < BACK_SECONDS
    assert ids(done) <= queued(valkey).keys()


def test_redis_that_dies_again_and_again_loses_nothing(
    store: Store, posting: Posting, valkey: ValkeyPlace
) -> None:
    for _ in range(5):
        count = len(posting.done)
        until(lambda least=count + 20: len(posting.done) >= least, "leads")  # type: ignore[misc]
        valkey.kill()
        time.sleep(0.3)
        valkey.restart()
    done = posting.end()
    until(lambda: is_empty(store), "an empty outbox")

    assert ids(done) <= queued(valkey).keys()


@pytest.mark.case(44)
def test_intake_goes_on_while_redis_is_frozen(
    store: Store, posting: Posting, valkey: ValkeyPlace
) -> None:
    until(lambda: len(posting.done) >= 10, "leads")
    valkey.pause()
    before = len(posting.done)
    until(lambda: len(posting.done) >= before + 100, "leads while it is frozen")
    valkey.resume()
    done = posting.end()
    until(lambda: is_empty(store), "an empty outbox")

    assert ids(done) <= queued(valkey).keys()


@pytest.mark.case(41)
def test_intake_goes_on_while_redis_is_full_and_nothing_is_dropped(
    store: Store, posting: Posting, valkey: ValkeyPlace
) -> None:
    until(lambda: len(posting.done) >= 10, "leads")
    valkey.does("CONFIG", "SET", "maxmemory", 1)
    before = len(posting.done)
    until(lambda: len(posting.done) >= before + 100, "leads while it is full")
    assert not is_empty(store)
    valkey.does("CONFIG", "SET", "maxmemory", 0)
    done = posting.end()
    until(lambda: is_empty(store), "an empty outbox")

    assert ids(done) <= queued(valkey).keys()
    assert valkey.does("INFO", "stats")["evicted_keys"] == 0


@pytest.mark.case(40)
def test_intake_goes_on_while_the_disk_of_redis_is_full(store: Store, tmp_path: Path) -> None:
    import resource  # noqa: PLC0415 - there is none on Windows

    unlimited = resource.RLIM_INFINITY
    with (
        started() as valkey,
        running_intake(tmp_path, store.url, valkey.url, poll_seconds=0.2) as intake,
    ):
        posting = Posting(intake)
        until(lambda: len(posting.done) >= 10, "leads")
        assert valkey.process is not None
        largest = max(path.stat().st_size for path in valkey.data.iterdir())
        resource.prlimit(valkey.process.pid, resource.RLIMIT_FSIZE, (largest + 100, unlimited))
        # With `always` it ends rather than acknowledge what it could not write.
        until(lambda: valkey.process and valkey.process.poll() is not None, "Redis ended")
        before = len(posting.done)
        until(lambda: len(posting.done) >= before + 100, "leads while it is gone")
        valkey.restart()
        done = posting.end()
        until(lambda: is_empty(store), "an empty outbox")

        assert ids(done) <= queued(valkey).keys()


def test_a_kill_of_the_relay_in_the_middle_loses_nothing(
    store: Store, tmp_path: Path, valkey: ValkeyPlace
) -> None:
    done: set[int] = set()
    for _ in range(4):
        with running_intake(tmp_path, store.url, valkey.url, poll_seconds=0.2) as intake:
            posting = Posting(intake)
            known = len(posting.done)
            until(lambda p=posting, k=known: len(p.done) > k + 30, "leads")  # type: ignore[misc]
            intake.kill()
            done |= posting.end()
    with store.open() as database:
        database.execute("UPDATE outbox SET taken_until = 0")  # a minute later
    with running_intake(tmp_path, store.url, valkey.url, poll_seconds=0.2):
        until(lambda: is_empty(store), "an empty outbox")

    assert ids(done) <= queued(valkey).keys()


def test_a_lead_of_a_file_and_of_a_form_is_one_job(
    workspace: Workspace, store: Store, tmp_path: Path, valkey: ValkeyPlace
) -> None:
    rows = [form_of(number) for number in range(2_000)]
    workspace.environ["DATABASE_URL"] = store.url
    path = write_csv(tmp_path / "leads.csv", rows)
    with running_intake(tmp_path, store.url, valkey.url, poll_seconds=0.2) as intake:
        assert intake.post(5).status == 200
        assert enqueue(workspace, path).code == 0
        known = intake.post(7)
        until(lambda: is_empty(store), "an empty outbox")

    assert known.json["duplicate"] is True
    found = queued(valkey)
    assert found.keys() == ids(set(range(2_000)))
    names = [job["name"] for job in found.values()]
    assert (names.count("web-form"), names.count("csv-import")) == (1, 1_999)


def test_a_lead_that_is_asked_for_again_takes_the_place_of_its_job(
    workspace: Workspace, store: Store, tmp_path: Path, valkey: ValkeyPlace
) -> None:
    workspace.environ["DATABASE_URL"] = store.url
    path = write_csv(tmp_path / "leads.csv", [form_of(1), form_of(2)])
    with running_intake(tmp_path, store.url, valkey.url, poll_seconds=0.2):
        enqueue(workspace, path)
        until(lambda: len(queued(valkey)) == 2, "both queued")
        end_as_failed(valkey, lead_of(1).lead_id)
        with store.open() as database:
            database.execute("UPDATE lead SET state = 'failed' WHERE line = 2")

        assert enqueue(workspace, "--failed").code == 0
        until(lambda: is_empty(store), "an empty outbox")

    assert waiting(valkey) == {lead_of(1).lead_id, lead_of(2).lead_id}
    assert "failedReason" not in queued(valkey)[lead_of(1).lead_id]


def waiting(valkey: ValkeyPlace) -> set[str]:
    return set(valkey.does("LRANGE", f"bull:{QUEUE}:wait", 0, -1))


def end_as_failed(valkey: ValkeyPlace, job_id: str) -> None:
    """Leave the job as a worker does that gave it up."""
    valkey.does("LREM", f"bull:{QUEUE}:wait", 0, job_id)
    valkey.does("ZADD", f"bull:{QUEUE}:failed", int(time.time() * 1_000), job_id)
    valkey.does("HSET", f"bull:{QUEUE}:{job_id}", "failedReason", "gave up")
