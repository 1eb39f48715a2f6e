"""`leadflow overdue`: exactly the leads that were sent and not called back. It sends nothing."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from clay_sandbox import RunningSandbox
from harness.callbacks import age, call_back, send
from harness.workspace import Workspace

StartClay = Callable[..., RunningSandbox]


def test_it_lists_the_leads_without_a_callback_and_posts_nothing(
    workspace: Workspace, clay: StartClay
) -> None:
    sandbox = clay()
    leads = send(workspace, 5)
    call_back(workspace, leads[0], leads[3])

    done = workspace.leadflow("overdue", "--hours", "0", "--format", "json")

    assert done.returncode == 1
    listed = [lead["lead_id"] for lead in json.loads(done.stdout)["overdue"]]
    assert sorted(listed) == sorted([leads[1], leads[2], leads[4]])
    assert sandbox.control.state()["requests"] == 5


def test_as_text_it_says_where_a_lead_came_from_and_what_to_do_and_names_nobody(
    workspace: Workspace, clay: StartClay
) -> None:
    clay()
    lead = send(workspace, 1)[0]

    done = workspace.leadflow("overdue", "--hours", "0")

    assert lead in done.stdout
    assert "leads.csv line 2" in done.stdout
    assert "nothing is re-sent" in done.stdout
    assert "acme" not in done.stdout
    assert "Ada" not in done.stdout


def test_within_the_limit_nothing_is_overdue(workspace: Workspace, clay: StartClay) -> None:
    clay()
    send(workspace, 1)

    done = workspace.leadflow("overdue")

    assert done.returncode == 0
    assert done.stdout == "No callback is overdue (limit: 24 h).\n"


def test_the_account_counts_them_as_callback_timeout(workspace: Workspace, clay: StartClay) -> None:
    clay()
    workspace.environ["CALLBACK_TIMEOUT_HOURS"] = "0.001"
    leads = send(workspace, 2)
    call_back(workspace, leads[0])
    age(workspace, 60)

    done = workspace.leadflow("status", "--check")

    assert done.returncode == 1
    assert "1 callback timeout" in done.stdout
    assert "`leadflow overdue` lists" in done.stdout


@pytest.mark.parametrize("hours", ["-1", "soon", "nan", "1e9"])
def test_senseless_hours_are_one_line_and_exit_2(workspace: Workspace, hours: str) -> None:
    done = workspace.leadflow("overdue", "--hours", hours)

    assert done.returncode == 2
    assert "--hours" in done.stderr
