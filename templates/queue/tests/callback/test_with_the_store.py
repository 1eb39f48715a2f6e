"""`leadflow serve` itself, on a ledger in a file: every 200 is a row, whatever happens."""

from __future__ import annotations

import random
import resource
import signal
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from harness.receiver import RunningReceiver, running_serve
from harness.tokens import ENVIRON, callback_body, lead_id_of
from harness.workspace import Workspace
from leadflow.adapters.sqlite_store import open_store
from leadflow.settings import settings_from

LEADS = 2_000
CALLERS = 8
KILLS = 5
ROOM_BYTES = 64 * 1024
UNLIMITED = resource.RLIM_INFINITY
READY_AGAIN_SECONDS = 2.5


@pytest.fixture
def project(workspace: Workspace) -> Workspace:
    """A ledger with leads that were sent."""
    workspace.environ |= ENVIRON
    with open_store(workspace.database) as ledger, ledger.transaction():
        ledger.execute("INSERT INTO intake (file, started_at) VALUES ('leads.csv', 0)")
        ledger.execute_many(
            "INSERT INTO lead (lead_id, state, fields, intake_id, line)"
            " VALUES (?, 'sent', '{}', 1, ?)",
            [(lead_id_of(number), number) for number in range(LEADS)],
        )
    return workspace


def stored(project: Workspace) -> list[str]:
    """Read the lead of every row in the inbox."""
    query = "SELECT lead_id FROM inbox JOIN lead ON seq = lead_seq ORDER BY event_id"
    with closing(sqlite3.connect(project.database)) as ledger:
        return [row[0] for row in ledger.execute(query)]


def quarantined(project: Workspace) -> int:
    with closing(sqlite3.connect(project.database)) as ledger:
        count: int = ledger.execute("SELECT count(*) FROM quarantine").fetchone()[0]
    return count


def test_what_is_answered_200_is_in_the_inbox_and_what_is_refused_in_the_quarantine(
    project: Workspace,
) -> None:
    one, two = callback_body(1), callback_body(2)
    with running_serve(project, "--no-work") as server, server.caller() as caller:
        taken = [caller.post(body).json for body in (one, two, one)]
        refused = [caller.post(body).status for body in (b"{", callback_body(3, icp_score="x"))]
        stranger = caller.post(callback_body(LEADS + 1))

        assert [answer["duplicate"] for answer in taken] == [False, False, True]
        assert refused == [400, 422]
        assert stranger.json == {"ok": False, "error": "no_such_lead"}
        assert stored(project) == [lead_id_of(1), lead_id_of(2)]
        assert quarantined(project) == 3
        assert caller.get("/readyz").status == 200


@pytest.mark.case(51)
def test_50_identical_callbacks_at_once_make_one_row(project: Workspace) -> None:
    body = callback_body()
    duplicates: list[bool] = []
    start = threading.Barrier(50)

    def call(server: RunningReceiver) -> None:
        with server.caller() as caller:
            start.wait(20)
            duplicates.append(caller.post(body).json["duplicate"])

    with running_serve(project, "--no-work") as server:
        threads = [threading.Thread(target=call, args=(server,)) for _ in range(50)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)

    assert (len(duplicates), duplicates.count(False)) == (50, 1)
    assert stored(project) == [lead_id_of(1)]


@pytest.mark.case(50)
def test_kills_under_load_lose_no_acknowledged_callback(project: Workspace) -> None:
    seed = random.randrange(1_000_000)
    print(f"seed {seed}")
    chance = random.Random(seed)
    bodies = {number: callback_body(number) for number in range(LEADS)}
    acknowledged: set[int] = set()

    for kill in range(KILLS):
        with running_serve(project, "--no-work") as server:
            share = [number for number in bodies if number % KILLS == kill]
            threads = [
                threading.Thread(target=call_all, args=(server, bodies, part, acknowledged))
                for part in (share[first::CALLERS] for first in range(CALLERS))
            ]
            for thread in threads:
                thread.start()
            time.sleep(chance.uniform(0.02, 0.3))
            server.process.kill()
            for thread in threads:
                thread.join(30)
        rows = stored(project)
        assert len(rows) == len(set(rows))
        assert {lead_id_of(number) for number in acknowledged} <= set(rows)

    with running_serve(project, "--no-work") as server, server.caller() as caller:
        known = set(stored(project))
        for number, body in bodies.items():
            is_known = lead_id_of(number) in known
            assert caller.post(body).json == {"ok": True, "duplicate": is_known}
    assert sorted(stored(project)) == sorted(map(lead_id_of, bodies))


@pytest.mark.case(55)
def test_on_a_full_disk_every_callback_is_answered_429_and_later_taken(
    project: Workspace,
) -> None:
    with running_serve(project, "--no-work") as server, server.caller() as caller:
        assert caller.post(callback_body(0)).status == 200
        limit_files(server, largest(project.folder) + ROOM_BYTES)
        answers = [caller.post(callback_body(n, title="x" * 5_000)).status for n in range(1, 100)]
        unready = caller.get("/readyz").status
        assert caller.post(b"{" * 50_000).status == 429  # nor can it be kept in the quarantine

        limit_files(server, UNLIMITED)
        time.sleep(READY_AGAIN_SECONDS)
        assert caller.get("/readyz").status == 200
        again = caller.post(callback_body(99, title="x" * 5_000))

    assert (set(answers), answers[-1], unready) == ({200, 429}, 429, 503)
    assert len(stored(project)) == answers.count(200) + 2
    assert again.json == {"ok": True, "duplicate": False}


def test_a_second_server_on_the_same_file_is_refused(project: Workspace) -> None:
    with running_serve(project, "--no-work") as server:
        second = project.leadflow("serve", "--no-work", "--port", "0")

        assert second.returncode == 75
        assert "another `leadflow serve`" in second.stderr
        assert server.post(callback_body()).status == 200


@pytest.mark.parametrize(
    ("options", "environ", "sentence"),
    [
        (["--host", "0.0.0.0"], {}, "--behind-proxy"),  # noqa: S104
        ([], {"CLAY_CALLBACK_SECRETS": ""}, "CLAY_CALLBACK_SECRETS"),
        ([], {"CLAY_TOKEN_KEYS": ""}, "CLAY_TOKEN_KEYS"),
        ([], {"CLAY_TOKEN_KEYS": f"k1:{'A' * 60}?"}, "base64url"),
    ],
)
def test_what_is_not_safe_to_start_is_not_started(
    project: Workspace, options: list[str], environ: dict[str, str], sentence: str
) -> None:
    project.environ |= environ

    done = project.leadflow("serve", "--no-work", "--port", "0", *options)

    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_a_token_key_may_be_named_by_a_year() -> None:
    keys = settings_from({"CLAY_TOKEN_KEYS": f"2026:{'A' * 43}"}).token_keys

    assert [key.kid for key in keys] == ["2026"]


@pytest.mark.parametrize("options", [[], ["--no-work"]], ids=["with the worker", "receiving only"])
@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_ends_in_time_and_with_0(
    project: Workspace, options: list[str], stop: signal.Signals
) -> None:
    with running_serve(project, *options) as server:
        assert server.post(callback_body()).status == 200
        began = time.monotonic()
        server.process.send_signal(stop)

        assert server.process.wait(30) == 0
        assert time.monotonic() - began < 30
        assert server.log[-1]["event"] == "stopped"
    assert stored(project) == [lead_id_of(1)]


def call_all(
    server: RunningReceiver, bodies: dict[int, bytes], part: list[int], done: set[int]
) -> None:
    try:
        with server.caller() as caller:
            for number in part:
                if caller.post(bodies[number]).status == 200:
                    done.add(number)
    except OSError:
        return  # the server was killed


def largest(folder: Path) -> int:
    return max(path.stat().st_size for path in folder.iterdir() if path.is_file())


def limit_files(server: RunningReceiver, size: int) -> None:
    """Let no file of the process grow beyond this: to SQLite it is a full disk."""
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (size, UNLIMITED))
