"""What Clay answers, and what becomes of the lead: the cases by their numbers.

After each, the ledger's account agrees with what the local Clay counted.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import pytest

from clay_sandbox import Fault, FaultKind, RunningSandbox
from harness.workspace import Workspace, lead_rows, write_csv
from leadflow import SendReport, send_leads

StartClay = Callable[..., RunningSandbox]


def send(workspace: Workspace, count: int) -> SendReport:
    return asyncio.run(send_leads(lead_rows(count), settings=workspace.settings))


def rows_made(sandbox: RunningSandbox) -> int:
    return int(sandbox.control.state()["rows"]["made"])


@pytest.mark.case(1)
@pytest.mark.parametrize("retry_after", ["1", "date+2"], ids=["seconds", "HTTP date"])
def test_after_429_nothing_is_sent_before_the_time_clay_names(
    workspace: Workspace, clay: StartClay, retry_after: str
) -> None:
    sandbox = clay()
    sandbox.control.set_faults(f"429,count=1,after=2,retry_after={retry_after}")

    report = send(workspace, 5)

    arrivals = sandbox.control.arrivals()
    refused = next(arrival for arrival in arrivals if arrival["answer"] == 429)
    later = [arrival["at"] for arrival in arrivals if arrival["at"] > refused["at"]]
    assert min(later) - refused["at"] >= 1  # an HTTP date has whole seconds: 1 to 2 s ahead
    assert report.account.sent == rows_made(sandbox) == 5
    assert workspace.status()["failed"] == []


@pytest.mark.case(2)
def test_429_without_retry_after_backs_off_and_sends_in_the_end(
    workspace: Workspace, clay: StartClay
) -> None:
    sandbox = clay()
    sandbox.control.set_faults("429,count=4,retry_after=")

    report = send(workspace, 3)

    assert report.account.sent == rows_made(sandbox) == 3
    assert sandbox.control.state()["answers"]["429"] == 4


@pytest.mark.case(2)
def test_429_without_end_stops_after_the_configured_attempts_and_keeps_the_lead_waiting(
    workspace: Workspace, clay: StartClay
) -> None:
    sandbox = clay()
    sandbox.control.set_faults("429,retry_after=0")
    leads = write_csv(workspace.folder / "leads.csv", lead_rows(3))

    done = workspace.leadflow("send", str(leads))

    assert done.returncode == 75
    assert sandbox.control.state()["answers"] == {"429": 5}
    assert workspace.account() == {"sent": 0, "failed": 0, "unknown": 0, "waiting": 3}


@pytest.mark.case(3)
@pytest.mark.parametrize("retry_after", ["-5", "soon", "1e999", "Mon, 99 Foo 2026"])
def test_a_senseless_retry_after_counts_as_absent(
    workspace: Workspace, clay: StartClay, retry_after: str
) -> None:
    sandbox = clay()
    sandbox.control.set_faults(
        Fault(kind=FaultKind.ANSWER, status=429, count=1, retry_after=retry_after)
    )
    before = time.monotonic()

    report = send(workspace, 1)

    assert report.account.sent == rows_made(sandbox) == 1
    assert time.monotonic() - before < 5


@pytest.mark.case(4)
def test_four_server_errors_in_a_row_do_not_stop_the_run(
    workspace: Workspace, clay: StartClay
) -> None:
    sandbox = clay()
    sandbox.control.set_faults("500,count=4")

    report = send(workspace, 6)

    assert report.run.stop is None
    assert (report.account.sent, report.account.failed) == (2, 4)
    assert rows_made(sandbox) == 2


def test_the_fifth_server_error_in_a_row_stops_the_run_and_failed_leads_go_by_hand(
    workspace: Workspace, clay: StartClay
) -> None:
    sandbox = clay()
    sandbox.control.set_faults("503")
    leads = write_csv(workspace.folder / "leads.csv", lead_rows(8))

    stopped = workspace.leadflow("send", str(leads))
    after_stop = workspace.account()
    sandbox.control.set_faults()
    resumed = workspace.leadflow("send", "--failed")

    assert stopped.returncode == 75
    assert "`leadflow send --failed` tries the failed leads again" in stopped.stderr
    assert after_stop == {"sent": 0, "failed": 5, "unknown": 0, "waiting": 3}
    assert resumed.returncode == 0
    assert workspace.account()["sent"] == rows_made(sandbox) == 8


@pytest.mark.case(11)
def test_a_redirect_is_not_followed(workspace: Workspace, clay: StartClay) -> None:
    sandbox = clay()
    away = f"{sandbox.url}/elsewhere"
    sandbox.control.set_faults(f"302,count=1,location={away}")

    report = send(workspace, 2)

    assert (report.account.sent, report.account.failed) == (1, 1)
    assert "redirect" in workspace.status()["failed"][0]["reason"]
    assert sandbox.control.state()["requests"] == 2


@pytest.mark.case(12)
@pytest.mark.parametrize("status", [401, 404])
def test_a_refused_url_or_token_stops_the_run_after_one_request(
    workspace: Workspace, clay: StartClay, status: int
) -> None:
    sandbox = clay()
    sandbox.control.set_faults(f"{status}")
    leads = write_csv(workspace.folder / "leads.csv", lead_rows(3))

    done = workspace.leadflow("send", str(leads))

    assert done.returncode == 2
    assert "check the URL and token" in done.stderr
    assert sandbox.control.state()["requests"] == 1
    assert workspace.account() == {"sent": 0, "failed": 0, "unknown": 0, "waiting": 3}


@pytest.mark.case(12)
def test_a_full_webhook_gives_way_to_the_next_url(workspace: Workspace, clay: StartClay) -> None:
    sandbox = clay(webhooks=2, record_limit=3)

    report = send(workspace, 5)

    webhooks = sandbox.control.state()["webhooks"]
    assert [webhook["accepted"] for webhook in webhooks] == [3, 2]
    assert report.account.sent == rows_made(sandbox) == 5


@pytest.mark.case(12)
def test_when_every_webhook_is_full_the_rest_is_held(workspace: Workspace, clay: StartClay) -> None:
    sandbox = clay(record_limit=3)

    report = send(workspace, 5)

    assert report.run.stop is not None
    assert report.run.stop.code == "webhook_exhausted"
    assert (report.account.sent, report.account.waiting) == (3, 2) == (rows_made(sandbox), 2)
    assert workspace.status()["held"] == {"webhook_exhausted": 2}


@pytest.mark.case(13)
def test_a_row_over_100_000_bytes_is_refused_before_sending_and_the_reason_names_the_field(
    workspace: Workspace, clay: StartClay
) -> None:
    sandbox = clay()
    workspace.environ["LEAD_EXTRA_COLUMNS"] = "notes"
    rows = [{**lead_rows(1)[0], "notes": "x" * 100_001}]

    report = asyncio.run(send_leads(rows, settings=workspace.settings))

    assert report.taken.rejected == 1
    assert report.rejected[0][1].startswith("notes: the row would be 100,")
    assert sandbox.control.state()["requests"] == 0


def test_400_fails_the_lead_and_the_run_goes_on(workspace: Workspace, clay: StartClay) -> None:
    sandbox = clay()
    sandbox.control.set_faults("400,count=6")

    report = send(workspace, 8)

    assert report.run.stop is None
    assert (report.account.sent, report.account.failed) == (2, 6)
    assert rows_made(sandbox) == 2


def test_the_body_of_a_success_is_never_parsed(workspace: Workspace, clay: StartClay) -> None:
    sandbox = clay()
    sandbox.control.set_faults("202,count=1")

    report = send(workspace, 1)

    assert report.account.sent == 1


def test_the_token_travels_in_its_header_and_a_wrong_one_is_no_lead_lost(
    workspace: Workspace, clay: StartClay
) -> None:
    clay(token="right")
    leads = write_csv(workspace.folder / "leads.csv", lead_rows(1))

    wrong = workspace.leadflow("send", str(leads))
    workspace.environ["CLAY_WEBHOOK_TOKEN"] = "right"
    right = workspace.leadflow("send", str(leads))

    assert (wrong.returncode, right.returncode) == (2, 0)
    assert workspace.account()["sent"] == 1
