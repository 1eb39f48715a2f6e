"""`leadflow status` knows two sums, out to Clay and all the way; `doctor` knows the way back."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from clay_sandbox import RunningSandbox
from harness.callbacks import End, age, call_back, deliver, put_into_quarantine, send
from harness.workspace import Workspace, lead_rows, write_csv
from leadflow.domain.delivery import DeliveryState

StartClay = Callable[..., RunningSandbox]
REFUSED = End(DeliveryState.DEAD, "400")
WAITS = End(DeliveryState.WAITING)
LOST = End(DeliveryState.UNKNOWN, "answer lost", is_enrolment=True)


def test_the_journey_is_a_sum_and_every_lead_is_in_one_place(
    workspace: Workspace, clay: StartClay
) -> None:
    clay()
    leads = send(workspace, 5)
    call_back(workspace, leads[0])
    deliver(workspace, crm=End())
    call_back(workspace, leads[1])
    deliver(workspace, crm=REFUSED)
    call_back(workspace, leads[2])
    deliver(workspace, outreach=LOST)
    call_back(workspace, leads[3])

    done = workspace.leadflow("status")

    assert (
        "journey: 5 accepted = 1 delivered + 1 dead + 0 callback timeout + 1 unknown + 2 in flight"
    ) in done.stdout
    assert "`leadflow dead list`" in done.stdout
    assert workspace.status()["journey"]["is_balanced"]


@pytest.mark.parametrize(("end", "code"), [(End(), 0), (REFUSED, 1), (LOST, 1), (None, 0)], ids=str)
def test_check_looks_all_the_way(
    workspace: Workspace, clay: StartClay, end: End | None, code: int
) -> None:
    clay()
    call_back(workspace, *send(workspace, 1))
    if end:
        deliver(workspace, crm=end)

    assert workspace.leadflow("status", "--check").returncode == code


def test_what_is_in_quarantine_stands_beside_the_account(
    workspace: Workspace, clay: StartClay
) -> None:
    clay()
    send(workspace, 1)
    put_into_quarantine(workspace, {"icp_score": "high"}, reason="icp_score")

    done = workspace.leadflow("status")

    assert "1 in quarantine" in done.stdout
    assert workspace.status()["quarantined"] == 1


def test_what_waits_for_a_destination_is_told_with_its_reason(
    workspace: Workspace, clay: StartClay
) -> None:
    clay()
    call_back(workspace, *send(workspace, 2))
    deliver(workspace, crm=End(DeliveryState.WAITING, "401: the token was refused"), former=WAITS)

    told, found = workspace.leadflow("status"), workspace.leadflow("doctor")

    assert "waiting for crm: 2 (answered: 401: the token was refused)\n" in told.stdout
    assert "waiting for former: 2\n" in told.stdout
    assert "some wait for former; destinations.yaml does not have it" in found.stdout
    assert "some wait for crm" not in found.stdout


def test_leads_in_a_file_are_not_accused_of_a_missing_callback(workspace: Workspace) -> None:
    file = write_csv(workspace.folder / "leads.csv", lead_rows(2))
    workspace.environ.update(CLAY_PLAN="free", CALLBACK_TIMEOUT_HOURS="0.001")
    assert workspace.leadflow("send", str(file), "--transport", "csv").returncode == 0
    age(workspace, seconds=3600)

    told = workspace.leadflow("status", "--check")

    assert told.returncode == 0, told.stdout
    assert "0 callback timeout + 0 unknown + 2 in flight" in told.stdout
    assert "in files for Clay's importer: 2; `leadflow import EXPORT`" in told.stdout
    assert workspace.leadflow("overdue").returncode == 0


@pytest.mark.parametrize(
    ("changes", "finding"),
    [
        ({"CLAY_CALLBACK_SECRETS": ""}, "callback secret: CLAY_CALLBACK_SECRETS is not set"),
        ({"CLAY_CALLBACK_SECRETS": "short"}, "CLAY_CALLBACK_SECRETS: wrong; .*leadflow secrets"),
        ({"CLAY_TOKEN_KEYS": ""}, "token key: CLAY_TOKEN_KEYS is not set"),
        ({"CLAY_TOKEN_KEYS": "k1:c2hvcnQ"}, "CLAY_TOKEN_KEYS: wrong; .*32 bytes"),
        ({"CALLBACK_URL": "http://hooks.acme.com/"}, "CALLBACK_URL: wrong; must be the https"),
        ({"CALLBACK_URL": "https://api.clay.com/v3"}, "callback URL: .*Clay would call itself"),
        ({"ROUTES_FILE": "nowhere.yaml"}, "routes: wrong; .*nowhere.yaml"),
        ({"DESTINATIONS_FILE": "nowhere.yaml"}, "destinations: wrong; .*nowhere.yaml"),
        ({"HUBSPOT_TOKEN": ""}, "destinations: wrong; .*HUBSPOT_TOKEN"),
        ({"DAILY_CREDIT_CAP": "5"}, "DAILY_CREDIT_CAP: 5 credits .*no lead fits: raise the cap"),
        ({"DATABASE_URL": "postgresql://u:pw@127.0.0.1:9/db"}, "ledger: cannot be used; "),
    ],
    ids=lambda value: str(value)[:40],
)
def test_doctor_finds_what_is_wrong_on_the_way_back_and_calls_nobody(
    workspace: Workspace, clay: StartClay, changes: dict[str, str], finding: str
) -> None:
    sandbox = clay()
    workspace.environ["SEND_INTERVAL_SECONDS"] = "0.25"
    workspace.environ.update(changes)

    done = workspace.leadflow("doctor")

    assert done.returncode == 1
    assert re.search(rf"(?m)^mend +{finding}", done.stdout), done.stdout
    assert "u:pw" not in done.stdout
    assert ":pw@" not in done.stderr
    assert sandbox.control.state()["requests"] == 0


def test_doctor_reports_what_is_well_without_a_secret(
    workspace: Workspace, clay: StartClay
) -> None:
    clay()
    workspace.environ.update(
        SEND_INTERVAL_SECONDS="0.25",
        CALLBACK_URL="https://hooks.acme.com/api/clay/enriched",
        DAILY_CREDIT_CAP="600",
    )

    done = workspace.leadflow("doctor")

    assert done.returncode == 0, done.stdout
    for line in ("callback secret: one is accepted", "token key: ", "routes: ", "600 credits"):
        assert line in done.stdout
    for name in ("CLAY_CALLBACK_SECRETS", "CLAY_TOKEN_KEYS", "HUBSPOT_TOKEN"):
        assert workspace.environ[name] not in done.stdout


@pytest.mark.parametrize(
    "command",
    [
        *(["inbox"], ["inbox", "list"], ["inbox", "show"], ["inbox", "retry"]),
        *(["inbox", "quarantine"], ["dead"], ["dead", "list"], ["dead", "show"]),
        *(["dead", "redrive"], ["dead", "purge"], ["overdue"], ["budget"], ["purge"], ["secrets"]),
    ],
    ids=" ".join,
)
def test_every_command_has_help_with_an_example(workspace: Workspace, command: list[str]) -> None:
    done = workspace.leadflow(*command, "--help")

    assert done.returncode == 0
    assert re.search(r"Examples?:\n +leadflow ", done.stdout)
