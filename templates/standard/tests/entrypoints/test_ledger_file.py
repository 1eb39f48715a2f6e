"""The ledger's file: found by any name, read without a trace, refused when it is not ours."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from clay_sandbox import RunningSandbox
from harness.workspace import Workspace, lead_rows, write_csv
from leadflow import send_leads
from leadflow.adapters.sqlite_lock import hold
from leadflow.bootstrap import is_held, name_ledger, open_project
from leadflow.domain.errors import LedgerBusy

StartClay = Callable[..., RunningSandbox]


def url_of(path: Path) -> str:
    return f"sqlite:///{path}"


def test_a_ledger_held_under_one_name_is_held_under_all(tmp_path: Path) -> None:
    real, alias = url_of(tmp_path / "ledger.sqlite"), url_of(tmp_path / "alias.sqlite")
    (tmp_path / "alias.sqlite").symlink_to(tmp_path / "ledger.sqlite")

    with open_project(real, for_writing=True):
        assert is_held(alias)
        assert name_ledger(alias) == name_ledger(real)
        with pytest.raises(LedgerBusy), open_project(alias, for_writing=True):
            pass


def test_looking_never_keeps_a_run_out(tmp_path: Path) -> None:
    database = url_of(tmp_path / "ledger.sqlite")
    with open_project(database, for_writing=True):
        pass
    is_over = threading.Event()

    def look() -> None:
        while not is_over.is_set():
            is_held(database)

    watchers = [threading.Thread(target=look) for _ in range(2)]
    for watcher in watchers:
        watcher.start()
    try:
        for _ in range(30):
            with open_project(database, for_writing=True):
                pass
    finally:
        is_over.set()
        for watcher in watchers:
            watcher.join()


def test_two_looks_at_once_see_no_run(tmp_path: Path) -> None:
    database = url_of(tmp_path / "ledger.sqlite")
    with open_project(database, for_writing=True):
        pass
    lock = tmp_path / "ledger.sqlite-lock"

    with closing(sqlite3.connect(f"file:{lock}?mode=ro", uri=True)) as other:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM sqlite_schema").fetchone()

        assert not is_held(database)


@pytest.mark.parametrize("command", [["status"], ["doctor"], ["send", "leads.csv", "--dry-run"]])
@pytest.mark.parametrize("has_ledger", [False, True])
def test_reading_leaves_nothing_behind(
    workspace: Workspace, clay: StartClay, command: list[str], *, has_ledger: bool
) -> None:
    clay()
    write_csv(workspace.folder / "leads.csv", lead_rows(2))
    if has_ledger:
        workspace.leadflow("send", "leads.csv")
        (workspace.folder / "ledger.sqlite-lock").unlink()
    before = {path.name: path.stat().st_mtime_ns for path in workspace.folder.glob("ledger*")}

    workspace.leadflow(*command)

    after = {path.name: path.stat().st_mtime_ns for path in workspace.folder.glob("ledger*")}
    assert after == before


def test_a_run_takes_nothing_for_lost_that_a_worker_of_the_queue_has_in_hand(
    workspace: Workspace, clay: StartClay
) -> None:
    """Up and down the ladder it is the same ledger."""
    sandbox = clay()
    workspace.leadflow("send", str(write_csv(workspace.folder / "leads.csv", lead_rows(2))))
    with closing(sqlite3.connect(workspace.database)) as ledger, ledger:
        ledger.execute("UPDATE lead SET state = 'sending' WHERE seq = 1")
        ledger.execute("UPDATE lead SET state = 'waiting' WHERE seq = 2")

    with hold(workspace.database, role="queue"):
        done = workspace.leadflow("send")

    with closing(sqlite3.connect(workspace.database)) as ledger:
        states = ledger.execute("SELECT state FROM lead ORDER BY seq").fetchall()
    assert done.returncode == 75
    assert "`leadflow work`" in done.stderr
    assert states == [("sending",), ("waiting",)]
    assert sandbox.control.state()["posts"] == 2


@pytest.mark.parametrize("command", [["status"], ["send"]])
def test_a_database_of_another_program_is_refused_and_left_as_it_is(
    workspace: Workspace, clay: StartClay, command: list[str]
) -> None:
    clay()
    with closing(sqlite3.connect(workspace.database)) as foreign, foreign:
        foreign.execute("CREATE TABLE lead (name TEXT)")
    before = workspace.database.read_bytes()

    done = workspace.leadflow(*command)

    assert done.returncode == 2
    assert "belongs to another program" in done.stderr
    assert workspace.database.read_bytes() == before


def test_status_without_a_ledger_has_the_same_keys(workspace: Workspace, clay: StartClay) -> None:
    clay()
    without = json.loads(workspace.leadflow("status", "--format", "json").stdout)
    asyncio.run(send_leads([], settings=workspace.settings))

    assert without.keys() == workspace.status().keys()
    assert without["account"]["is_balanced"]


def test_an_account_that_does_not_balance_is_never_exit_0(
    workspace: Workspace, clay: StartClay
) -> None:
    clay()
    leads = write_csv(workspace.folder / "leads.csv", lead_rows(2))
    workspace.leadflow("send", str(leads))
    with closing(sqlite3.connect(workspace.database)) as ledger, ledger:
        ledger.execute("UPDATE lead SET state = 'gone' WHERE seq = 1")

    codes = [workspace.leadflow(*command).returncode for command in (["status"], ["send"])]

    assert codes == [1, 1]
