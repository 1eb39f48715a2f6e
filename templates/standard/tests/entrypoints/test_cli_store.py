"""`leadflow store copy`: what it says, what it refuses, and what it leaves when it is killed."""

from __future__ import annotations

import json
import random
import subprocess
from collections.abc import Callable

import pytest

from clay_sandbox import RunningSandbox
from harness.callbacks import send
from harness.full_store import ROWS, fill, rows_of
from harness.postgres import PASSWORD, Administrator
from harness.receiver import running_serve
from harness.stores import Store
from harness.tokens import ENVIRON, callback_body, lead_id_of
from harness.workspace import Workspace

StartClay = Callable[..., RunningSandbox]
ADD = "INSERT INTO lead (lead_id, fields, intake_id, line) VALUES (?, ?, 1, ?)"
ACCOUNT = "3 accepted = 1 sent + 0 failed + 1 unknown + 1 waiting"
MANY = 30_000
KILLS = 5


needs_rows = pytest.mark.usefixtures("full")


@pytest.fixture
def full(workspace: Workspace) -> Store:
    """The ledger of the workspace, with rows in every table."""
    store = Store("sqlite", workspace.environ["DATABASE_URL"])
    with store.open() as database, database.transaction():
        fill(database)
    return store


def copy(workspace: Workspace, url: str, *options: str) -> subprocess.CompletedProcess[str]:
    done = workspace.leadflow("store", "copy", "--to", url, *options)
    assert PASSWORD not in done.stdout + done.stderr
    return done


@needs_rows
def test_it_says_what_went_where_and_that_both_are_equal(
    workspace: Workspace, postgres_url: str
) -> None:
    done = copy(workspace, postgres_url)

    lines = done.stdout.splitlines()
    tables = dict(line.split() for line in lines[1 : 1 + len(ROWS)])
    accounts = {line for line in lines if line.startswith(("before:", "after:"))}
    assert (done.returncode, done.stderr) == (0, "")
    assert tables == {name: str(len(rows)) for name, rows in ROWS.items()}
    assert accounts == {f"before: {ACCOUNT}", f"after:  {ACCOUNT}"}
    assert "is closed: put the new URL into DATABASE_URL" in lines[-1]


def test_in_json_it_is_one_document(workspace: Workspace, full: Store, postgres_url: str) -> None:
    answer = json.loads(copy(workspace, postgres_url, "--keep", "--format", "json").stdout)

    assert answer["before"] == answer["after"]
    assert {name: table["rows"] for name, table in answer["tables"].items()} == {
        name: len(rows) for name, rows in ROWS.items()
    }
    assert (answer["from"], answer["is_closed"]) == (str(full.path), False)


@needs_rows
@pytest.mark.parametrize("command", ["status", "send", "serve", "work", "doctor"])
def test_every_command_is_told_where_the_ledger_went(
    workspace: Workspace, clay: StartClay, postgres_url: str, command: str
) -> None:
    clay()
    copy(workspace, postgres_url)

    done = workspace.leadflow(command)

    said = done.stdout + done.stderr
    assert done.returncode in {1, 2}
    assert "was copied to" in said
    assert "set DATABASE_URL to that store" in said
    assert PASSWORD not in said


def test_what_was_sent_before_is_not_sent_after(
    workspace: Workspace, clay: StartClay, postgres_url: str
) -> None:
    sandbox = clay()
    send(workspace, 3)
    copy(workspace, postgres_url)
    workspace.environ["DATABASE_URL"] = postgres_url

    send(workspace, 5)

    assert len({row["values"]["lead_id"] for row in sandbox.control.rows()}) == 5
    assert sandbox.control.state()["posts"] == 5


@needs_rows
@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("mysql://a:kept-from-the-log@b/c", "must be sqlite:///FILE or postgresql://"),
        ("postgresql://a:kept-from-the-log@x@b/c", "is no PostgreSQL URL"),
        ("postgresql://a:kept-from-the-log@127.0.0.1:9/c", "check --to and that the server runs"),
        ("sqlite:////nowhere/at/all.sqlite", "check the folder"),
    ],
    ids=["other", "at", "nobody", "folder"],
)
def test_a_target_that_cannot_be_is_named_without_its_password(
    workspace: Workspace, url: str, problem: str
) -> None:
    done = copy(workspace, url)

    assert done.returncode in {2, 75}
    assert problem in done.stderr
    assert "Traceback" not in done.stderr
    assert workspace.leadflow("status").returncode == 1


def test_a_target_is_asked_for(workspace: Workspace) -> None:
    done = workspace.leadflow("store", "copy")

    assert done.returncode == 2
    assert "--to" in done.stderr


@needs_rows
def test_a_file_that_a_server_uses_is_not_copied(
    workspace: Workspace, postgres_url: str, administrator: Administrator
) -> None:
    workspace.environ |= ENVIRON
    with running_serve(workspace, "--no-work") as server, server.caller() as caller:
        done = copy(workspace, postgres_url)
        assert caller.get("/readyz").status == 200

    assert done.returncode == 75
    assert "end `leadflow send`, `serve` and `work` first" in done.stderr
    assert administrator.does("SELECT to_regclass('lead') IS NULL") == (True,)


def test_a_server_that_shares_the_old_store_takes_no_callback_any_more(
    workspace: Workspace, postgres_url: str
) -> None:
    """On PostgreSQL several may serve, so that nobody can tell whether one still does."""
    workspace.environ |= ENVIRON | {"DATABASE_URL": postgres_url}
    old, new = Store("postgres", postgres_url), f"sqlite:///{workspace.folder / 'new.sqlite'}"
    with old.open() as database:
        database.execute("INSERT INTO intake (file, started_at) VALUES ('leads.csv', 0)")
        leads = [(lead_id_of(number), "{}", number) for number in (1, 2)]
        database.execute_many(ADD, leads)
        database.execute("UPDATE lead SET state = 'sent'")
    with running_serve(workspace, "--no-work") as server, server.caller() as caller:
        assert caller.post(callback_body(1)).status == 200
        done = copy(workspace, new)
        late = caller.post(callback_body(2))
        ready = caller.get("/readyz")

    assert done.returncode == 0
    assert (late.status, ready.status) == (429, 503)
    assert "LedgerMismatch" in json.dumps(server.log)
    inbox = rows_of(old)["inbox"]
    assert len(inbox) == 1
    assert rows_of(Store("sqlite", new))["inbox"] == inbox


def test_whenever_it_is_killed_the_same_command_finishes_it(
    workspace: Workspace, full: Store, postgres_url: str
) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    with full.open() as database, database.transaction():
        database.execute_many(ADD, [(f"lead-{n:08}", '{"a": "b"}', n) for n in range(MANY)])
    before = rows_of(full)

    for _ in range(KILLS):
        process = workspace.start("store", "copy", "--to", postgres_url)
        try:
            process.communicate(timeout=chance.uniform(0.5, 3))
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
    done = copy(workspace, postgres_url)

    target = Store("postgres", postgres_url)
    assert done.returncode == 0 or "already" in done.stderr
    with target.open():
        pass
    assert rows_of(target) == before
