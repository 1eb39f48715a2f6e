"""After a server error a lead is tried again in the same run: charged each time, delivered once."""

from __future__ import annotations

import asyncio
import itertools
import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest

from clay_sandbox import RunningSandbox
from harness.workspace import Workspace, lead_rows, write_csv
from leadflow import SendReport, send_leads

StartClay = Callable[..., RunningSandbox]


@pytest.fixture(autouse=True)
def four_retries(workspace: Workspace) -> None:
    workspace.environ["SEND_RETRIES"] = "4"


def send(workspace: Workspace, count: int) -> SendReport:
    return asyncio.run(send_leads(lead_rows(count), settings=workspace.settings))


def rows_made(sandbox: RunningSandbox) -> int:
    return int(sandbox.control.state()["rows"]["made"])


def starts(sandbox: RunningSandbox) -> list[float]:
    return [arrival["at"] for arrival in sandbox.control.arrivals()]


def used(workspace: Workspace) -> int:
    return sum(webhook["used"] for webhook in workspace.status()["webhooks"])


@pytest.mark.case(4)
def test_four_server_errors_and_the_lead_is_delivered_once_and_the_run_goes_on(
    workspace: Workspace, clay: StartClay
) -> None:
    sandbox = clay()
    sandbox.control.set_faults("500,count=4")

    report = send(workspace, 3)

    assert report.run.stop is None
    assert report.account.sent == rows_made(sandbox) == 3
    assert sandbox.control.state()["requests"] == 7


@pytest.mark.case(4)
def test_every_try_is_charged_and_a_lead_that_was_tried_again_is_named_as_perhaps_twice(
    workspace: Workspace, clay: StartClay
) -> None:
    sandbox = clay()
    sandbox.control.set_faults("500,count=2")

    send(workspace, 2)

    assert used(workspace) == 4
    assert len(workspace.status()["perhaps_twice"]) == 1


def test_a_lead_that_only_meets_server_errors_fails_and_the_others_go_on(
    workspace: Workspace, clay: StartClay
) -> None:
    sandbox = clay()
    sandbox.control.set_faults("500,count=5")

    report = send(workspace, 3)

    assert report.run.stop is None
    assert (report.account.sent, report.account.failed) == (2, 1)
    assert used(workspace) == 7


@pytest.mark.parametrize("status", [502, 504])
def test_a_gateway_that_lost_the_answer_is_never_asked_again(
    workspace: Workspace, clay: StartClay, status: int
) -> None:
    sandbox = clay()
    sandbox.control.set_faults(f"{status},count=1")

    report = send(workspace, 2)

    assert (report.account.sent, report.account.unknown) == (1, 1)
    assert sandbox.control.state()["requests"] == 2


@pytest.mark.parametrize(
    ("second", "account"),
    [
        ("429,count=1,after=1,retry_after=0", (2, 0, 0)),
        ("400,count=1,after=1", (1, 1, 0)),
        ("accept_then_reset,count=1,after=1", (1, 0, 1)),
    ],
)
def test_a_later_answer_never_takes_back_the_charge_of_the_first(
    workspace: Workspace, clay: StartClay, second: str, account: tuple[int, int, int]
) -> None:
    sandbox = clay()
    sandbox.control.set_faults("500,count=1", second)

    report = send(workspace, 2)

    assert (report.account.sent, report.account.failed, report.account.unknown) == account
    assert report.account.waiting == 0
    assert used(workspace) >= rows_made(sandbox) + 1


@pytest.mark.case(1)
@pytest.mark.parametrize("fault", ["503,count=1,retry_after=1", "503,count=1,retry_after=date+2"])
def test_what_a_server_error_asks_for_is_waited_for(
    workspace: Workspace, clay: StartClay, fault: str
) -> None:
    sandbox = clay()
    sandbox.control.set_faults(fault)

    send(workspace, 1)

    first, second = starts(sandbox)
    assert second - first >= 1


@pytest.mark.case(2)
def test_tries_end_with_the_setting_and_never_come_faster_than_the_pace(
    workspace: Workspace, clay: StartClay
) -> None:
    sandbox = clay()
    workspace.environ.update(SEND_INTERVAL_SECONDS="0.2", SEND_RETRIES="2")
    sandbox.control.set_faults("500")

    send(workspace, 1)

    assert len(starts(sandbox)) == 3
    assert all(later - start >= 0.19 for start, later in itertools.pairwise(starts(sandbox)))


@pytest.mark.case(14)
def test_tries_count_against_the_life_of_the_webhook(workspace: Workspace, clay: StartClay) -> None:
    sandbox = clay()
    send(workspace, 1)
    with closing(sqlite3.connect(workspace.database)) as ledger, ledger:
        ledger.execute("UPDATE webhook SET used = 49997")
    sandbox.control.set_faults("500,count=2")
    leads = write_csv(workspace.folder / "leads.csv", lead_rows(4, start=1))

    stopped = workspace.leadflow("send", str(leads))
    again = workspace.leadflow("send")

    assert (stopped.returncode, again.returncode) == (75, 75)
    assert used(workspace) == 50_000
    assert workspace.account() == {"sent": 2, "failed": 0, "unknown": 0, "waiting": 3}
    assert workspace.status()["held"] == {"webhook_exhausted": 3}


def test_an_outage_costs_each_lead_its_tries_and_stops_the_run_after_five(
    workspace: Workspace, clay: StartClay
) -> None:
    sandbox = clay()
    workspace.environ["SEND_RETRIES"] = "1"
    sandbox.control.set_faults("503")

    report = send(workspace, 9)

    assert report.run.stop is not None
    assert sandbox.control.state()["requests"] == 10
    assert (report.account.failed, report.account.waiting) == (5, 4)
