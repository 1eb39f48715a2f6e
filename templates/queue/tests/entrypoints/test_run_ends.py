"""How a run asks, and what it says when it ends before its time."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest

from clay_sandbox import RunningSandbox
from harness.workspace import Workspace, lead_rows, write_csv
from leadflow import send_leads
from leadflow.domain.errors import InputError

StartClay = Callable[..., RunningSandbox]


def test_no_log_of_the_application_holds_a_url_a_token_or_a_person(
    workspace: Workspace, clay: StartClay, caplog: pytest.LogCaptureFixture
) -> None:
    sandbox = clay(token="s3cr3t-token")
    workspace.environ["CLAY_WEBHOOK_TOKEN"] = "s3cr3t-token"
    caplog.set_level(logging.DEBUG)

    report = asyncio.run(send_leads(lead_rows(2), settings=workspace.settings))

    assert report.sent == 2
    for secret in (sandbox.webhook_urls[0][-20:], "s3cr3t", "ada0@", "Byron"):
        assert secret not in caplog.text


def test_an_interrupted_run_still_gives_its_account_and_names_the_unknown_lead(
    workspace: Workspace, clay: StartClay
) -> None:
    clay().control.set_faults("latency,seconds=8")
    workspace.environ["SEND_TIMEOUT_SECONDS"] = "10"
    leads = write_csv(workspace.folder / "leads.csv", lead_rows(3))
    process = workspace.start("send", str(leads), "--format", "json")
    deadline = time.monotonic() + 10
    while not workspace.account()["unknown"]:  # in flight
        assert time.monotonic() < deadline
    time.sleep(0.2)

    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=10)

    answer = json.loads(out)
    (unknown,) = workspace.status()["unknown"]
    assert process.returncode == 130
    assert (answer["stopped"], answer["sent"], answer["unknown"]) == ("interrupted", 0, 1)
    assert answer["account"]["waiting"] == 2
    assert unknown["lead_id"] in err


def answer_prompt(workspace: Workspace, answer: str, *arguments: str) -> tuple[int, str]:
    """Run the command with a terminal on stdin, and type the answer."""
    terminal, stdin = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "leadflow", *arguments],
        cwd=workspace.folder,
        env=workspace._process_environ(),
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(stdin)
    os.write(terminal, f"{answer}\n".encode())
    _, err = process.communicate(timeout=30)
    os.close(terminal)
    return process.returncode, err


def test_after_a_no_the_ledger_is_as_it_was(workspace: Workspace, clay: StartClay) -> None:
    sandbox = clay()
    write_csv(workspace.folder / "wrong.csv", lead_rows(3))
    write_csv(workspace.folder / "right.csv", lead_rows(2, start=10))

    code, err = answer_prompt(workspace, "n", "send", "wrong.csv", "--max-credits", "600")
    after_no = workspace.status()
    workspace.leadflow("send", "right.csv")

    assert code == 130
    assert "nothing was sent" in err
    assert after_no["account"]["accepted"] == 0
    assert [row["values"]["last_name"] for row in sandbox.control.rows()] == ["Byron10", "Byron11"]


def test_leads_of_earlier_files_are_named_before_the_question(
    workspace: Workspace, clay: StartClay
) -> None:
    clay()
    write_csv(workspace.folder / "first.csv", lead_rows(3))
    write_csv(workspace.folder / "second.csv", lead_rows(2, start=10))
    workspace.leadflow("send", "first.csv", "--max-credits", "6", "--yes")

    code, err = answer_prompt(workspace, "n", "send", "second.csv", "--max-credits", "600")

    assert code == 130
    assert err.index("taken in earlier: 2 of first.csv") < err.index("Send them?")
    assert workspace.account() == {"sent": 1, "failed": 0, "unknown": 0, "waiting": 2}


def test_a_call_spends_no_more_credits_than_it_may(workspace: Workspace, clay: StartClay) -> None:
    sandbox = clay()

    report = asyncio.run(send_leads(lead_rows(5), settings=workspace.settings, max_credits=13))

    assert (report.sent, report.account.waiting) == (2, 3)
    assert report.run.stop is not None
    assert report.run.stop.code == "max_credits"
    assert sandbox.control.state()["requests"] == 2


def test_two_calls_in_one_loop_take_turns(workspace: Workspace, clay: StartClay) -> None:
    sandbox = clay()

    async def both() -> int:
        halves = (lead_rows(3), lead_rows(3, start=3))
        calls = [send_leads(half, settings=workspace.settings) for half in halves]
        return sum(report.sent for report in await asyncio.gather(*calls))

    assert asyncio.run(both()) == 6
    assert sandbox.control.state()["rows"]["made"] == 6


def test_a_value_that_is_no_text_rejects_its_own_row_only(
    workspace: Workspace, clay: StartClay
) -> None:
    clay()
    good, large = lead_rows(2)
    leads: list[dict[str, Any]] = [good, {**large, "company": 9**5_000}]

    report = asyncio.run(send_leads(leads, settings=workspace.settings))

    assert report.sent == 1
    assert report.rejected == ((2, "cannot be read as text: ValueError"),)


@pytest.mark.parametrize("leads", [["ada@acme.com"], [{1: "ada@acme.com"}]])
def test_what_is_no_lead_at_all_is_one_sentence(
    workspace: Workspace, clay: StartClay, leads: list[dict[str, str]]
) -> None:
    clay()

    with pytest.raises(InputError, match="lead 1 must be a mapping"):
        asyncio.run(send_leads(leads, settings=workspace.settings))


@pytest.mark.parametrize("most", [float("nan"), float("inf"), -1.0])
def test_a_cap_that_is_no_number_is_refused(workspace: Workspace, most: float) -> None:
    with pytest.raises(InputError, match="max_credits"):
        asyncio.run(send_leads([], settings=workspace.settings, max_credits=most))


def test_values_that_are_no_values_reach_nobody(workspace: Workspace, clay: StartClay) -> None:
    clay()
    named: list[dict[str, object]] = [
        {**lead_rows(1)[0], "first_name": float("nan")},
        {**lead_rows(1)[0], "first_name": "A\0da"},
        {**lead_rows(1)[0], "work_email": "other@acme.com"},
    ]

    report = asyncio.run(send_leads(named, settings=workspace.settings))  # type: ignore[arg-type]

    reasons = [reason for _, reason in report.rejected]
    assert report.sent == 0
    assert len(reasons) == 3
    assert "NUL" in reasons[1]
    assert "given twice" in reasons[2]
