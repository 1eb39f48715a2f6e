"""The network fails: what certainly was not sent is sent again, what may have been is kept."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable

import pytest

from clay_sandbox import RunningSandbox
from harness.proxy import Trouble, proxied
from harness.workspace import Workspace, lead_rows, write_csv
from leadflow import send_leads

StartClay = Callable[..., RunningSandbox]
ALL_WAIT = {"sent": 0, "failed": 0, "unknown": 0, "waiting": 2}


def rows_made(sandbox: RunningSandbox) -> int:
    return int(sandbox.control.state()["rows"]["made"])


def used(workspace: Workspace) -> list[int]:
    return [webhook["used"] for webhook in workspace.status()["webhooks"]]


@pytest.mark.case(5)
def test_connection_refused_is_definite_refunded_and_resumed(
    workspace: Workspace, clay: StartClay
) -> None:
    sandbox = clay()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    workspace.point_at(f"http://127.0.0.1:{port}/v3/sources/webhook/nobody")
    leads = write_csv(workspace.folder / "leads.csv", lead_rows(2))

    stopped = workspace.leadflow("send", str(leads))
    while_down, charged = workspace.account(), used(workspace)
    workspace.point_at(*sandbox.webhook_urls)
    resumed = workspace.leadflow("send", str(leads))

    assert stopped.returncode == 75
    assert (while_down, charged) == (ALL_WAIT, [0])
    assert resumed.returncode == 0
    assert workspace.account()["sent"] == rows_made(sandbox) == 2


@pytest.mark.case(15)
def test_a_name_that_cannot_be_resolved_is_definite_and_resumed(
    workspace: Workspace, clay: StartClay
) -> None:
    sandbox = clay()
    workspace.point_at("https://unreachable.invalid/v3/sources/webhook/nobody")
    leads = write_csv(workspace.folder / "leads.csv", lead_rows(2))

    stopped = workspace.leadflow("send", str(leads))
    while_down = workspace.account()
    workspace.point_at(*sandbox.webhook_urls)
    before = time.monotonic()
    resumed = workspace.leadflow("send", str(leads))

    assert (stopped.returncode, while_down) == (75, ALL_WAIT)
    assert resumed.returncode == 0
    assert time.monotonic() - before < 5
    assert workspace.account()["sent"] == rows_made(sandbox) == 2


@pytest.mark.case(6)
@pytest.mark.parametrize(
    ("on_unknown", "rows", "sent", "unknown"), [("keep", 1, 0, 1), ("retry", 2, 1, 0)]
)
def test_accepted_with_the_answer_lost_is_unknown_and_sent_again_only_when_asked(
    workspace: Workspace, clay: StartClay, on_unknown: str, rows: int, sent: int, unknown: int
) -> None:
    sandbox = clay()
    sandbox.control.set_faults("accept_then_reset,count=1")
    leads = write_csv(workspace.folder / "leads.csv", lead_rows(1))

    first = workspace.leadflow("send", str(leads))
    named = workspace.status()["unknown"]
    workspace.leadflow("send", str(leads), f"--on-unknown={on_unknown}")

    status = workspace.status()
    assert first.returncode == 1
    assert [note["line"] for note in named] == [2]
    assert (status["account"]["sent"], status["account"]["unknown"]) == (sent, unknown)
    assert used(workspace) == [rows] == [rows_made(sandbox)]
    assert len(status["perhaps_twice"]) == sent


@pytest.mark.case(6)
@pytest.mark.parametrize(("trouble", "rows"), [(Trouble.DROP_RESPONSE, 1), (Trouble.RESET, 0)])
def test_a_connection_cut_after_the_request_left_is_unknown(
    workspace: Workspace, clay: StartClay, trouble: Trouble, rows: int
) -> None:
    sandbox = clay()

    with proxied(sandbox.webhook_urls[0], trouble) as url:
        workspace.point_at(url)
        report = asyncio.run(send_leads(lead_rows(1), settings=workspace.settings))

    assert report.account.unknown == 1
    assert rows_made(sandbox) == rows


@pytest.mark.case(7)
def test_a_black_hole_is_cut_by_the_total_deadline_and_is_unknown(
    workspace: Workspace, clay: StartClay
) -> None:
    sandbox = clay()
    workspace.environ["SEND_TIMEOUT_SECONDS"] = "1"

    with proxied(sandbox.webhook_urls[0], Trouble.BLACKHOLE) as url:
        workspace.point_at(url)
        before = time.monotonic()
        report = asyncio.run(send_leads(lead_rows(1), settings=workspace.settings))

    assert time.monotonic() - before < 3
    assert report.account.unknown == 1
    assert rows_made(sandbox) == 0


@pytest.mark.case(9)
def test_an_answer_of_one_byte_a_second_is_cut_by_the_total_deadline(
    workspace: Workspace, clay: StartClay
) -> None:
    sandbox = clay()
    workspace.environ["SEND_TIMEOUT_SECONDS"] = "1"

    with proxied(sandbox.webhook_urls[0], Trouble.SLOW) as url:
        workspace.point_at(url)
        before = time.monotonic()
        report = asyncio.run(send_leads(lead_rows(1), settings=workspace.settings))

    assert time.monotonic() - before < 3
    assert report.account.unknown == rows_made(sandbox) == 1


def test_no_deadline_above_ten_seconds_can_be_set(workspace: Workspace) -> None:
    workspace.environ["SEND_TIMEOUT_SECONDS"] = "11"

    done = workspace.leadflow("status")

    assert done.returncode == 2
    assert "SEND_TIMEOUT_SECONDS: must be a number from 0.1 to 10" in done.stderr


def test_a_deadline_that_ends_before_the_connection_is_made_is_definite(
    workspace: Workspace,
) -> None:
    workspace.environ["SEND_TIMEOUT_SECONDS"] = "0.2"
    with socket.create_server(("127.0.0.1", 0), backlog=0) as deaf:
        port = deaf.getsockname()[1]
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:  # the queue is full: a connection is neither made nor refused
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))
        workspace.point_at(f"http://127.0.0.1:{port}/v3/sources/webhook/nobody")
        report = asyncio.run(send_leads(lead_rows(2), settings=workspace.settings))
        for filler in fillers:
            filler.close()

    assert (report.account.unknown, report.account.waiting) == (0, 2)
    assert used(workspace) == [0]
