"""`leadflow purge`: a person's data is emptied wherever it is kept; the account stays."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from clay_sandbox import RunningSandbox
from harness.callbacks import End, age, call_back, deliver, send
from harness.workspace import Workspace
from leadflow.domain.delivery import DeliveryState

StartClay = Callable[..., RunningSandbox]


@pytest.fixture(autouse=True)
def two_leads(workspace: Workspace, clay: StartClay) -> list[str]:
    clay()
    leads = send(workspace, 2)
    call_back(workspace, *leads)
    deliver(workspace, crm=End(DeliveryState.DEAD, "400"), database=End())
    return leads


def test_a_person_is_emptied_everywhere_and_the_other_stays(workspace: Workspace) -> None:
    before = workspace.status()

    done = workspace.leadflow("purge", "--email", " ADA0@acme-0.com ", "--yes")

    shown = workspace.leadflow("inbox", "show", "1", "--facts", "--format", "json")
    other = workspace.leadflow("inbox", "show", "2", "--facts", "--format", "json")
    after = workspace.status()
    assert done.returncode == 0
    assert "Clay, the CRM" in done.stdout
    assert "ada0" not in done.stdout + done.stderr
    assert json.loads(shown.stdout)["facts"] == {}
    assert json.loads(other.stdout)["facts"]["city"] == "Turin"
    assert after["account"] == before["account"]
    assert after["journey"] == before["journey"]
    assert after["problems"] == []


def test_an_address_that_nobody_has_empties_nothing(workspace: Workspace) -> None:
    done = workspace.leadflow("purge", "--email", "nobody@nowhere.org", "--yes")

    assert done.returncode == 0
    assert "Nothing to empty." in done.stdout


def test_old_empties_by_the_retention_settings(workspace: Workspace) -> None:
    kept = workspace.leadflow("purge", "--old", "--yes")
    workspace.environ.update(INBOX_RETENTION_DAYS="0.01", DEAD_RETENTION_DAYS="0.01")
    age(workspace, 3_600)
    gone = workspace.leadflow("purge", "--old", "--yes", "--format", "json")

    assert kept.stdout == "Nothing to empty.\n"
    assert json.loads(gone.stdout)["inbox"] == 2


@pytest.mark.parametrize(
    ("arguments", "remedy"),
    [
        ([], "say what: --email ADDRESS, or --old"),
        (["--email", "ada", "--yes"], "write it as ada@acme.com"),
        (["--email", "ada0@acme-0.com", "--old", "--yes"], "say what"),
        (["--email", "ada0@acme-0.com"], "without a terminal add --yes"),
    ],
)
def test_a_purge_that_cannot_be_meant_is_refused_and_empties_nothing(
    workspace: Workspace, arguments: list[str], remedy: str
) -> None:
    done = workspace.leadflow("purge", *arguments)

    shown = workspace.leadflow("inbox", "show", "1", "--facts", "--format", "json")
    assert done.returncode == 2
    assert remedy in done.stderr
    assert json.loads(shown.stdout)["facts"]["city"] == "Turin"
