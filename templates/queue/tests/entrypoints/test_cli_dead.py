"""`leadflow dead`: what was given up is listed without a name, and goes again only when asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from clay_sandbox import RunningSandbox
from harness.callbacks import End, call_back, deliver, lead_ids, send
from harness.pseudo_terminal import on_terminal
from harness.workspace import Workspace
from leadflow.domain.delivery import DeliveryState

StartClay = Callable[..., RunningSandbox]
REFUSED = End(DeliveryState.DEAD, "400: property country is not defined")
DOWN = End(DeliveryState.DEAD, "503 eight times")
LOST = End(DeliveryState.UNKNOWN, "answer lost", is_enrolment=True)


@pytest.fixture(autouse=True)
def two_leads(workspace: Workspace, clay: StartClay) -> list[str]:
    """Two leads: the CRM refused both, the enrolment of both is unknown."""
    clay()
    leads = send(workspace, 2)
    call_back(workspace, *leads)
    deliver(workspace, crm=REFUSED, outreach=LOST, database=End())
    return leads


def listed(workspace: Workspace, *options: str) -> list[dict[str, Any]]:
    done = workspace.leadflow("dead", "list", "--format", "json", *options)
    assert done.returncode == 0
    found: list[dict[str, Any]] = json.loads(done.stdout)["deliveries"]
    return found


def ids(workspace: Workspace, destination: str) -> list[str]:
    return [str(note["delivery_id"]) for note in listed(workspace, "--destination", destination)]


def test_the_list_names_leads_by_id_and_nothing_personal(
    workspace: Workspace, two_leads: list[str]
) -> None:
    done = workspace.leadflow("dead", "list")

    assert done.returncode == 0
    assert all(lead in done.stdout for lead in two_leads)
    assert REFUSED.reason in done.stdout
    for secret in ("acme", "Ada", "Byron", "grace", "Turin"):
        assert secret not in done.stdout


def test_the_list_can_be_narrowed_by_destination_and_reason(workspace: Workspace) -> None:
    assert len(listed(workspace)) == 4
    assert len(listed(workspace, "--destination", "crm")) == 2
    assert len(listed(workspace, "--reason", "country")) == 2
    assert listed(workspace, "--destination", "database") == []


def test_what_is_beyond_the_limit_is_counted(workspace: Workspace) -> None:
    done = workspace.leadflow("dead", "list", "--limit", "1")

    assert "... and 3 more" in done.stdout


def test_facts_stay_out_of_a_pipe_unless_they_are_asked_for(workspace: Workspace) -> None:
    number = ids(workspace, "crm")[0]

    kept = workspace.leadflow("dead", "show", number)
    kept_json = workspace.leadflow("dead", "show", number, "--format", "json")
    asked = workspace.leadflow("dead", "show", number, "--facts")

    assert "grace@" not in kept.stdout + kept_json.stdout
    assert "--facts prints them" in kept.stdout
    assert "work_email: grace@acme-0.com" in asked.stdout
    assert "reason: 400: property country" in asked.stdout


def test_a_number_that_is_no_dead_delivery_is_one_line_with_a_remedy(workspace: Workspace) -> None:
    done = workspace.leadflow("dead", "show", "999")

    assert done.returncode == 2
    assert "there is no delivery 999; `leadflow dead list` has them" in done.stderr


@pytest.mark.parametrize("command", [["show"], ["redrive", "--yes"]], ids=str)
def test_a_number_that_no_store_can_hold_is_a_wrong_word(
    workspace: Workspace, command: list[str]
) -> None:
    done = workspace.leadflow("dead", *command, str(2**63))

    assert done.returncode == 2
    assert f"{2**63} is not in the range" in done.stderr


def test_redriven_by_id_it_waits_again_and_the_second_time_is_no_news(
    workspace: Workspace,
) -> None:
    number = ids(workspace, "crm")[0]

    first = workspace.leadflow("dead", "redrive", number, "--yes")
    second = workspace.leadflow("dead", "redrive", number, "--yes")

    assert (first.returncode, second.returncode) == (0, 1)
    assert "1 will be delivered again" in first.stdout
    assert f"delivery {number} was left alone: waiting" in second.stderr
    assert len(ids(workspace, "crm")) == 1


@pytest.mark.parametrize(
    ("choice", "left"), [(["--all"], 2), (["--destination", "crm"], 2), (["--reason", "400"], 2)]
)
def test_many_at_once_are_the_dead_ones_and_never_an_unknown_enrolment(
    workspace: Workspace, choice: list[str], left: int
) -> None:
    done = workspace.leadflow("dead", "redrive", *choice, "--yes", "--format", "json")

    assert json.loads(done.stdout) == {"redriven": 2, "left": {}}
    assert [note["state"] for note in listed(workspace)] == ["unknown"] * left


def test_an_unknown_enrolment_goes_again_only_by_id_and_when_the_risk_is_taken(
    workspace: Workspace,
) -> None:
    first, second = ids(workspace, "outreach")

    kept = workspace.leadflow("dead", "redrive", first, second, "--yes")
    taken = workspace.leadflow("dead", "redrive", first, "--on-unknown=retry", "--yes")

    assert (kept.returncode, taken.returncode) == (1, 0)
    assert "it may be enrolled already; --on-unknown=retry" in kept.stderr
    assert ids(workspace, "outreach") == [second]


@pytest.mark.parametrize(
    ("arguments", "remedy"),
    [
        ([], "say which: an ID"),
        (["1", "--all"], "not both"),
        (["--all", "--on-unknown=retry"], "name each delivery by its ID"),
        (["first"], "is not a valid integer"),
        (["--all"], "without a terminal add --yes"),
    ],
)
def test_a_redrive_that_cannot_be_meant_is_refused_and_changes_nothing(
    workspace: Workspace, arguments: list[str], remedy: str
) -> None:
    done = workspace.leadflow("dead", "redrive", *arguments)

    assert done.returncode == 2
    assert remedy in done.stderr
    assert len(listed(workspace)) == 4


def test_purge_empties_what_is_old_enough_and_leaves_the_count(workspace: Workspace) -> None:
    call_back(workspace, *lead_ids(2), facts={"icp_score": 90})
    deliver(workspace, crm=REFUSED)

    kept = workspace.leadflow("dead", "purge", "--yes")
    gone = workspace.leadflow("dead", "purge", "--older-than", "0", "--yes")

    assert kept.stdout == "0 emptied\n"
    assert gone.stdout == "2 emptied\n"
    assert workspace.status()["journey"]["accepted"] == 2


def test_nothing_dead_is_said_so(workspace: Workspace) -> None:
    done = workspace.leadflow("dead", "list", "--destination", "nowhere")

    assert done.stdout == "No delivery is dead or unknown.\n"


@pytest.mark.parametrize(("answer", "code", "left"), [("y\n", 0, 0), ("n\n", 130, 2)])
def test_on_a_terminal_it_asks_and_a_no_changes_nothing(
    workspace: Workspace, answer: str, code: int, left: int
) -> None:
    arguments = ("dead", "redrive", "--destination", "crm")

    ended, shown = on_terminal(workspace, *arguments, types=answer)

    assert ended == code
    assert "Deliver 2 again? [y/N]" in shown
    assert len(ids(workspace, "crm")) == left
