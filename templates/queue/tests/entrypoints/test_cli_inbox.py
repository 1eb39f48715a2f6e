"""`leadflow inbox`: what arrived, where it went, and what was not taken."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest

from clay_sandbox import RunningSandbox
from harness.callbacks import End, call_back, deliver, put_into_quarantine, send
from harness.pseudo_terminal import on_terminal
from harness.workspace import Workspace

StartClay = Callable[..., RunningSandbox]


@pytest.fixture(autouse=True)
def two_events(workspace: Workspace, clay: StartClay) -> list[str]:
    """Two leads; the first is routed, the second just received."""
    clay()
    leads = send(workspace, 2)
    call_back(workspace, leads[0])
    deliver(workspace, crm=End(), database=End())
    call_back(workspace, leads[1])
    return leads


def test_the_list_has_the_newest_first_and_nothing_personal(
    workspace: Workspace, two_events: list[str]
) -> None:
    done = workspace.leadflow("inbox", "list")

    assert done.returncode == 0
    assert done.stdout.index(two_events[1]) < done.stdout.index(two_events[0])
    assert "1 routed" in done.stdout
    assert "1 received" in done.stdout
    assert "acme" not in done.stdout
    assert "Turin" not in done.stdout


def test_the_list_can_be_one_state(workspace: Workspace, two_events: list[str]) -> None:
    done = workspace.leadflow("inbox", "list", "--state", "received", "--format", "json")

    events = json.loads(done.stdout)["events"]
    assert [event["lead_id"] for event in events] == [two_events[1]]


def test_one_event_shows_where_it_went_and_its_facts_when_asked(workspace: Workspace) -> None:
    kept = workspace.leadflow("inbox", "show", "1")
    asked = workspace.leadflow("inbox", "show", "1", "--facts", "--format", "json")

    assert "crm, delivered" in kept.stdout
    assert "Turin" not in kept.stdout
    assert json.loads(asked.stdout)["facts"]["city"] == "Turin"


def test_an_event_that_could_not_be_routed_is_routed_anew_when_asked(
    workspace: Workspace,
) -> None:
    with closing(sqlite3.connect(workspace.database)) as ledger, ledger:
        ledger.execute("UPDATE inbox SET state = 'failed', reason = 'x' WHERE event_id = 2")

    done = workspace.leadflow("inbox", "retry", "2", "999")
    listed = workspace.leadflow("inbox", "list", "--state", "received")

    assert done.returncode == 1
    assert done.stdout == "1 of 2 will be routed anew\n"
    assert "received" in listed.stdout


@pytest.mark.parametrize(
    ("arguments", "remedy"),
    [
        (["show", "999"], "there is no event 999; `leadflow inbox list` has them"),
        (["show", "x"], "is not a valid integer"),
        (["quarantine", "9"], "there is no body 9 in quarantine"),
        (["list", "--state", "lost"], "is not one of"),
        (["retry"], "Missing argument"),
        (["retry", str(2**63)], "is not in the range"),
        (["quarantine", str(2**63)], "is not in the range"),
    ],
)
def test_a_wrong_word_is_refused_with_a_remedy(
    workspace: Workspace, arguments: list[str], remedy: str
) -> None:
    done = workspace.leadflow("inbox", *arguments)

    assert done.returncode == 2
    assert remedy in done.stderr


def test_quarantine_lists_reasons_and_shows_a_body_only_when_asked(workspace: Workspace) -> None:
    body = {"icp_score": "high", "name": "Grace"}
    for _ in range(3):
        put_into_quarantine(workspace, body, reason="icp_score: must be 0 to 100")

    listed = workspace.leadflow("inbox", "quarantine")
    entry = json.loads(workspace.leadflow("inbox", "quarantine", "--format", "json").stdout)
    number = str(entry["bodies"][0]["quarantine_id"])
    kept = workspace.leadflow("inbox", "quarantine", number)
    asked = workspace.leadflow("inbox", "quarantine", number, "--facts")

    assert "icp_score: must be 0 to 100" in listed.stdout
    assert entry["bodies"][0]["times"] == 3
    assert "Grace" not in listed.stdout + kept.stdout
    assert '"name": "Grace"' in asked.stdout


def test_an_empty_quarantine_is_said_so(workspace: Workspace) -> None:
    assert workspace.leadflow("inbox", "quarantine").stdout == "Nothing is in quarantine.\n"


def test_on_a_terminal_the_facts_are_shown(workspace: Workspace) -> None:
    code, shown = on_terminal(workspace, "inbox", "show", "1")

    assert code == 0
    assert "city: Turin" in shown
