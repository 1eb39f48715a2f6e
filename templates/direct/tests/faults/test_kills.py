"""The run is killed: at most one lead is in doubt, and the next run sends the rest."""

from __future__ import annotations

import random
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing

import pytest

from clay_sandbox import RunningSandbox
from harness.workspace import Workspace, lead_rows, write_csv

StartClay = Callable[..., RunningSandbox]
KILLS = 20
LEADS = 200


@pytest.mark.case(65)
def test_twenty_kills_at_random_moments_leave_at_most_one_unknown_each(
    workspace: Workspace, clay: StartClay
) -> None:
    seed = random.randrange(1_000_000)
    print(f"seed {seed}")
    chance = random.Random(seed)
    sandbox = clay()
    workspace.environ["SEND_INTERVAL_SECONDS"] = "0.02"
    leads = write_csv(workspace.folder / "leads.csv", lead_rows(LEADS))
    unknown = 0

    for _ in range(KILLS):
        process = workspace.start("send", str(leads))
        wait_for_arrivals(sandbox)
        time.sleep(chance.uniform(0, 0.08))
        process.kill()
        process.communicate(timeout=10)
        now_unknown = len(unknown_leads(workspace))
        assert now_unknown - unknown <= 1
        unknown = now_unknown

    named = {note["lead_id"] for note in workspace.status()["unknown"]}
    resumed = workspace.leadflow("send", str(leads))
    assert resumed.returncode == (1 if "is unknown" in resumed.stderr else 0)
    arrived = arrivals_of(sandbox)
    assert max(arrived.values()) == 1  # nothing is sent again by itself
    assert len(named) == unknown <= KILLS
    assert LEADS - len(arrived) <= unknown

    retried = workspace.leadflow("send", "--on-unknown=retry")
    arrived = arrivals_of(sandbox)
    twice = {lead_id for lead_id, times in arrived.items() if times == 2}
    assert retried.returncode == 0
    assert len(arrived) == workspace.account()["sent"] == LEADS
    assert max(arrived.values()) <= 2
    assert twice <= named == {note["lead_id"] for note in workspace.status()["perhaps_twice"]}


@pytest.mark.case(65)
def test_a_kill_while_the_file_is_read_takes_nothing_in(
    workspace: Workspace, clay: StartClay
) -> None:
    sandbox = clay()
    leads = write_csv(workspace.folder / "leads.csv", lead_rows(60_000))

    process = workspace.start("send", str(leads))
    while not workspace.database.exists():
        time.sleep(0.01)
    time.sleep(0.4)
    process.kill()
    process.communicate(timeout=10)

    if not sandbox.control.state()["requests"]:
        with closing(sqlite3.connect(workspace.database)) as ledger:
            count = ledger.execute("SELECT count(*) FROM lead").fetchone()[0]
        assert count in (0, 60_000)


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_within_two_seconds_with_everything_written_down(
    workspace: Workspace, clay: StartClay, stop: signal.Signals
) -> None:
    sandbox = clay()
    workspace.environ["SEND_INTERVAL_SECONDS"] = "0.25"
    leads = write_csv(workspace.folder / "leads.csv", lead_rows(50))
    process = workspace.start("send", str(leads))
    wait_for_arrivals(sandbox)
    wait_until(lambda: not unknown_leads(workspace))  # its answer is written down; the pause begins

    process.send_signal(stop)
    before = time.monotonic()
    _, err = process.communicate(timeout=10)
    seconds = time.monotonic() - before

    account = workspace.account()
    assert seconds < 2
    assert process.returncode == 130
    assert "Traceback" not in err
    assert account["sent"] == sandbox.control.state()["rows"]["made"]
    assert account["unknown"] == 0
    assert account["waiting"] == 50 - account["sent"]


def test_an_interrupt_while_clay_is_silent_leaves_one_unknown(
    workspace: Workspace, clay: StartClay
) -> None:
    sandbox = clay()
    sandbox.control.set_faults("latency,seconds=8")
    workspace.environ["SEND_TIMEOUT_SECONDS"] = "10"
    leads = write_csv(workspace.folder / "leads.csv", lead_rows(2))
    process = workspace.start("send", str(leads))
    wait_until(lambda: workspace.database.exists() and unknown_leads(workspace) != [])
    time.sleep(0.2)

    process.send_signal(signal.SIGINT)
    before = time.monotonic()
    process.communicate(timeout=10)

    assert time.monotonic() - before < 2
    assert process.returncode == 130
    assert workspace.account() == {"sent": 0, "failed": 0, "unknown": 1, "waiting": 1}


def unknown_leads(workspace: Workspace) -> list[str]:
    """Read the ledger itself: quicker than the command, and right after a kill."""
    query = "SELECT lead_id FROM lead WHERE state IN ('unknown', 'sending')"
    try:
        with closing(sqlite3.connect(workspace.database)) as ledger:
            return [row[0] for row in ledger.execute(query)]
    except sqlite3.OperationalError:
        return []  # the schema is not there yet


def arrivals_of(sandbox: RunningSandbox) -> Counter[str]:
    return Counter(row["values"]["lead_id"] for row in sandbox.control.rows())


def wait_for_arrivals(sandbox: RunningSandbox) -> None:
    before = sandbox.control.state()["requests"]
    wait_until(lambda: sandbox.control.state()["requests"] > before)


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < deadline, "waited 10 s in vain"
        time.sleep(0.01)
