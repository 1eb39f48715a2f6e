"""A webhook URL takes so many submissions for life: counted durably, warned about, never passed."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable

import pytest

from clay_sandbox import RunningSandbox
from harness.workspace import Workspace, lead_rows, write_csv
from leadflow import send_leads
from leadflow.domain.limits import name_webhook

StartClay = Callable[..., RunningSandbox]


def set_used(workspace: Workspace, url: str, used: int) -> None:
    asyncio.run(send_leads([], settings=workspace.settings))
    with sqlite3.connect(workspace.database) as ledger:
        key = name_webhook(url).webhook_id
        changed = ledger.execute("UPDATE webhook SET used = ? WHERE webhook_id = ?", (used, key))
        assert changed.rowcount == 1
    ledger.close()


@pytest.mark.case(14)
def test_the_run_stops_at_50_000_submissions_and_holds_the_rest(
    workspace: Workspace, clay: StartClay
) -> None:
    sandbox = clay()
    set_used(workspace, sandbox.webhook_urls[0], 49_998)
    leads = write_csv(workspace.folder / "leads.csv", lead_rows(5))

    done = workspace.leadflow("send", str(leads))

    assert done.returncode == 75
    assert "CLAY_WEBHOOK_URL" in done.stderr
    assert workspace.account() == {"sent": 2, "failed": 0, "unknown": 0, "waiting": 3}
    assert workspace.status()["held"] == {"webhook_exhausted": 3}
    assert sandbox.control.state()["requests"] == 2


@pytest.mark.case(14)
@pytest.mark.parametrize("mark", [40_000, 45_000])
def test_a_warning_appears_when_a_mark_is_passed(
    workspace: Workspace, clay: StartClay, mark: int
) -> None:
    sandbox = clay()
    set_used(workspace, sandbox.webhook_urls[0], mark - 1)
    leads = write_csv(workspace.folder / "leads.csv", lead_rows(2))

    done = workspace.leadflow("send", str(leads))

    assert f"warning at {mark:,}" in done.stderr
    assert workspace.status()["webhooks"][0]["warning"]


def test_the_next_url_takes_over_when_one_is_used_up(workspace: Workspace, clay: StartClay) -> None:
    sandbox = clay(webhooks=2)
    set_used(workspace, sandbox.webhook_urls[0], 49_999)

    report = asyncio.run(send_leads(lead_rows(3), settings=workspace.settings))

    webhooks = sandbox.control.state()["webhooks"]
    assert [webhook["accepted"] for webhook in webhooks] == [1, 2]
    assert report.account.sent == 3


def test_the_ledger_counts_no_fewer_submissions_than_clay(
    workspace: Workspace, clay: StartClay
) -> None:
    sandbox = clay()
    sandbox.control.set_faults("503,count=2", "400,count=1,after=2", "429,count=1,retry_after=0")

    asyncio.run(send_leads(lead_rows(7), settings=workspace.settings))

    accepted = sandbox.control.state()["webhooks"][0]["accepted"]
    assert accepted == 4
    assert (
        workspace.status()["webhooks"][0]["used"] == 6
    )  # a 503 may have been counted all the same


def test_two_spellings_of_one_url_have_one_life(workspace: Workspace, clay: StartClay) -> None:
    sandbox = clay()
    url = sandbox.webhook_urls[0]
    workspace.point_at(url, f"{url}?", f"{url}#again", url.replace("http:", "HTTP:"))

    asyncio.run(send_leads(lead_rows(2), settings=workspace.settings))

    assert [webhook["used"] for webhook in workspace.status()["webhooks"]] == [2]


def test_a_webhook_that_clay_called_full_comes_last_and_is_shown(
    workspace: Workspace, clay: StartClay
) -> None:
    sandbox = clay(webhooks=2)
    sandbox.control.set_faults("403,count=1")
    asyncio.run(send_leads(lead_rows(1), settings=workspace.settings))

    asyncio.run(send_leads(lead_rows(1, start=1), settings=workspace.settings))

    doctor = workspace.leadflow("doctor")
    accepted = [webhook["accepted"] for webhook in sandbox.control.state()["webhooks"]]
    assert accepted == [0, 2]
    assert sandbox.control.state()["requests"] == 3  # the full one was asked once
    assert "Clay called it full on" in workspace.leadflow("status").stdout
    assert "Clay answered that it is full" in doctor.stdout
    assert doctor.returncode == 1


def test_a_full_webhook_that_takes_a_row_again_is_full_no_more(
    workspace: Workspace, clay: StartClay
) -> None:
    sandbox = clay()
    sandbox.control.set_faults("403,count=1")
    asyncio.run(send_leads(lead_rows(1), settings=workspace.settings))

    report = asyncio.run(send_leads([], settings=workspace.settings))

    assert report.sent == 1
    assert workspace.status()["webhooks"][0]["full_at"] is None
