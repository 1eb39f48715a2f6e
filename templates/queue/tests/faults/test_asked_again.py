"""Unknown and failed leads leave their state only when they go, in the run that asked for them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from clay_sandbox import RunningSandbox
from harness.workspace import Workspace, lead_rows, write_csv
from leadflow import send_leads

StartClay = Callable[..., RunningSandbox]


@pytest.fixture
def leads(workspace: Workspace) -> Path:
    return write_csv(workspace.folder / "leads.csv", lead_rows(3))


def most_rows(sandbox: RunningSandbox) -> int:
    arrived = Counter(row["values"]["lead_id"] for row in sandbox.control.rows())
    return max(arrived.values())


def test_unknown_leads_beyond_the_credit_cap_stay_unknown(
    workspace: Workspace, clay: StartClay, leads: Path
) -> None:
    sandbox = clay()
    sandbox.control.set_faults("accept_then_reset,count=3")
    workspace.leadflow("send", str(leads))

    capped = workspace.leadflow("send", "--on-unknown=retry", "--max-credits", "6", "--yes")
    after_cap = workspace.account()
    plain = workspace.leadflow("send", str(leads))

    assert (capped.returncode, plain.returncode) == (75, 0)
    assert after_cap == {"sent": 1, "failed": 0, "unknown": 2, "waiting": 0}
    assert workspace.account() == after_cap
    assert sandbox.control.state()["rows"]["made"] == 4


@pytest.mark.parametrize(("option", "fault"), [("--failed", "400"), ("--on-unknown=retry", "502")])
def test_asking_beside_a_bad_file_changes_nothing(
    workspace: Workspace, clay: StartClay, leads: Path, option: str, fault: str
) -> None:
    sandbox = clay()
    sandbox.control.set_faults(f"{fault},count=3")
    workspace.leadflow("send", str(leads))
    before = workspace.account()
    bad = workspace.folder / "bad.csv"
    bad.write_text("name,city\nAda,London\n")

    done = workspace.leadflow("send", str(bad), option)

    assert done.returncode == 2
    assert workspace.account() == before
    assert before["waiting"] == 0


def test_an_unknown_lead_that_clay_drops_again_is_unknown_still(
    workspace: Workspace, clay: StartClay, leads: Path
) -> None:
    sandbox = clay()
    sandbox.control.set_faults("accept_then_reset,count=3")
    workspace.leadflow("send", str(leads))
    sandbox.control.set_faults("429,retry_after=0")

    stopped = workspace.leadflow("send", "--on-unknown=retry")

    reasons = {note["reason"] for note in workspace.status()["unknown"]}
    assert stopped.returncode == 75
    assert workspace.account() == {"sent": 0, "failed": 0, "unknown": 3, "waiting": 0}
    assert all("no answer" in reason for reason in reasons)


def test_failed_leads_are_each_tried_once_in_a_run(
    workspace: Workspace, clay: StartClay, leads: Path
) -> None:
    sandbox = clay()
    sandbox.control.set_faults("400")
    workspace.leadflow("send", str(leads))

    again = workspace.leadflow("send", "--failed")

    assert again.returncode == 1
    assert sandbox.control.state()["requests"] == 6
    assert workspace.account() == {"sent": 0, "failed": 3, "unknown": 0, "waiting": 0}


def test_leads_asked_for_again_go_in_file_order_among_the_waiting(
    workspace: Workspace, clay: StartClay, leads: Path
) -> None:
    sandbox = clay()
    sandbox.control.set_faults("400,count=1")
    workspace.leadflow("send", str(leads), "--max-credits", "6", "--yes")

    workspace.leadflow("send", "--failed")

    assert [row["values"]["last_name"] for row in sandbox.control.rows()] == [
        "Byron1",
        "Byron0",
        "Byron2",
    ]


@pytest.mark.parametrize("status", [408, 502, 504])
def test_a_gateway_that_had_no_answer_leaves_the_lead_unknown(
    workspace: Workspace, clay: StartClay, status: int
) -> None:
    sandbox = clay()
    sandbox.control.set_faults(f"{status},count=1")

    report = asyncio.run(send_leads(lead_rows(2), settings=workspace.settings))

    assert (report.account.sent, report.account.unknown) == (1, 1)
    assert f"({status})" in workspace.status()["unknown"][0]["reason"]


@pytest.mark.parametrize("fault", ["500,count=1", "503,count=1", "302,count=1,location=/x"])
@pytest.mark.parametrize("transport", ["webhook", "csv"])
def test_a_lead_sent_again_after_a_fault_beyond_clays_door_is_perhaps_twice_there(
    workspace: Workspace, clay: StartClay, fault: str, transport: str
) -> None:
    sandbox = clay()
    sandbox.control.set_faults(fault)
    leads = write_csv(workspace.folder / "leads.csv", lead_rows(1))
    workspace.leadflow("send", str(leads))

    again = workspace.leadflow("send", "--failed", "--transport", transport)

    status = workspace.status()
    assert again.returncode == 0, again.stderr
    assert len(status["perhaps_twice"]) == 1
    assert status["webhooks"][0]["used"] == (2 if transport == "webhook" else 1)


def test_a_fault_beyond_clays_door_counts_against_the_credit_cap(
    workspace: Workspace, clay: StartClay, leads: Path
) -> None:
    sandbox = clay()
    sandbox.control.set_faults("500,count=1")

    workspace.leadflow("send", str(leads), "--max-credits", "12", "--yes")

    assert workspace.account() == {"sent": 1, "failed": 1, "unknown": 0, "waiting": 1}
