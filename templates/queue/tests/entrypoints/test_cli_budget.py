"""The budget: nothing leaves that would go over a cap, and `leadflow budget` says what is left."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from clay_sandbox import RunningSandbox
from harness.workspace import Workspace, lead_rows, write_csv

StartClay = Callable[..., RunningSandbox]


def send(workspace: Workspace, count: int) -> int:
    file = write_csv(workspace.folder / "leads.csv", lead_rows(count))
    return workspace.leadflow("send", str(file)).returncode


def today(workspace: Workspace) -> dict[str, Any]:
    """What this day has reserved, by what it is."""
    lines = json.loads(workspace.leadflow("budget", "--format", "json").stdout)
    return {line["what"]: line["reserved"] for line in lines if len(line["period"]) == 10}


def test_what_is_reserved_stands_beside_the_caps(workspace: Workspace, clay: StartClay) -> None:
    clay()
    workspace.environ["MONTHLY_CREDIT_CAP"] = "600"
    send(workspace, 3)

    done = workspace.leadflow("budget")

    assert done.returncode == 0
    assert today(workspace) == {"credits": 18, "actions": 12}
    assert [line.split()[2:] for line in done.stdout.splitlines()[1:5]] == [
        ["18", "none", "none"],
        ["18", "600", "582"],
        ["12", "none", "none"],
        ["12", "none", "none"],
    ]


@pytest.mark.parametrize(
    ("cap", "most"),
    [
        ("DAILY_CREDIT_CAP", 12),
        ("MONTHLY_CREDIT_CAP", 17),
        ("DAILY_ACTION_CAP", 8),
        ("MONTHLY_ACTION_CAP", 11),
    ],
)
def test_a_cap_stops_the_run_names_itself_and_when_raised_the_same_command_goes_on(
    workspace: Workspace, clay: StartClay, cap: str, most: int
) -> None:
    sandbox = clay()
    workspace.environ[cap] = str(most)
    file = write_csv(workspace.folder / "leads.csv", lead_rows(4))

    stopped = workspace.leadflow("send", str(file))
    at_the_cap = workspace.account()
    workspace.environ[cap] = ""
    resumed = workspace.leadflow("send", str(file))

    assert stopped.returncode == 75
    for word in (cap, "a lead needs", "(UTC)", "run the same command again"):
        assert word in stopped.stderr
    assert at_the_cap == {"sent": 2, "failed": 0, "unknown": 0, "waiting": 2}
    assert resumed.returncode == 0
    assert sandbox.control.state()["rows"]["made"] == 4


@pytest.mark.parametrize(
    ("fault", "reserved"),
    [
        ("401,count=1", 0),  # Clay certainly has no row
        ("400,count=1", 0),
        ("500,count=1", 6),  # it may have one
        ("accept_then_reset,count=1", 6),
        ("502,count=1", 6),
    ],
)
def test_what_was_reserved_is_given_back_only_when_clay_certainly_has_no_row(
    workspace: Workspace, clay: StartClay, fault: str, reserved: int
) -> None:
    sandbox = clay()
    sandbox.control.set_faults(fault)

    send(workspace, 1)

    assert today(workspace)["credits"] == reserved
    assert workspace.status()["problems"] == []


def test_every_further_try_is_reserved_too_and_none_leaves_when_the_cap_has_no_room(
    workspace: Workspace, clay: StartClay
) -> None:
    sandbox = clay()
    workspace.environ.update(SEND_RETRIES="4", DAILY_CREDIT_CAP="18")
    sandbox.control.set_faults("500")

    code = send(workspace, 2)

    assert code == 75
    assert today(workspace)["credits"] == 18
    assert sandbox.control.state()["requests"] == 3
    assert workspace.account() == {"sent": 0, "failed": 1, "unknown": 0, "waiting": 1}
    assert workspace.status()["problems"] == []


def test_a_lead_that_is_asked_for_again_is_reserved_again(
    workspace: Workspace, clay: StartClay
) -> None:
    sandbox = clay()
    sandbox.control.set_faults("500,count=1")
    send(workspace, 1)

    workspace.leadflow("send", "--failed")

    assert today(workspace)["credits"] == 12
    assert workspace.account()["sent"] == 1


def test_before_the_first_send_nothing_is_reserved(workspace: Workspace) -> None:
    assert today(workspace) == {"credits": 0, "actions": 0}
