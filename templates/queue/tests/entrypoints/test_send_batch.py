"""`send_batch`: one after the other, every row counted once, and nothing thrown."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from clay_sandbox import RunningSandbox
from harness.workspace import Workspace, lead_rows
from leadflow import BatchReport, send_batch

StartClay = Callable[..., RunningSandbox]


def send(workspace: Workspace, rows: Iterable[Any], delay_ms: Any = 0) -> BatchReport:
    return asyncio.run(send_batch(rows, delay_ms, settings=workspace.settings))


def rows_made(sandbox: RunningSandbox) -> int:
    return int(sandbox.control.state()["rows"]["made"])


def test_every_row_is_one_post_and_all_are_sent(workspace: Workspace, clay: StartClay) -> None:
    sandbox = clay()

    report = send(workspace, lead_rows(3))

    assert report == BatchReport(sent=3)
    assert sandbox.control.state()["requests"] == rows_made(sandbox) == 3


def test_the_second_argument_is_a_pause_from_start_to_start(
    workspace: Workspace, clay: StartClay
) -> None:
    sandbox = clay()

    send(workspace, lead_rows(4), 150)

    starts = [arrival["at"] for arrival in sandbox.control.arrivals()]
    assert all(later - start >= 0.14 for start, later in itertools.pairwise(starts))


def test_the_same_batch_again_sends_nothing_and_says_the_same(
    workspace: Workspace, clay: StartClay
) -> None:
    sandbox = clay()

    first, second = (send(workspace, lead_rows(3)) for _ in range(2))

    assert first == second == BatchReport(sent=3)
    assert rows_made(sandbox) == 3


def test_every_row_that_is_not_sent_has_its_number_and_its_reason(
    workspace: Workspace, clay: StartClay
) -> None:
    sandbox = clay()
    sandbox.control.set_faults("400,count=1,after=1", "accept_then_reset,count=1,after=1")
    good = lead_rows(4)
    rows = [good[0], {"email": "nobody"}, good[1], "no row", good[2], {1: "x"}, good[3]]

    report = send(workspace, rows)

    assert (report.sent, report.failed, report.unknown) == (2, 4, 1)
    errors = dict(report.errors)
    assert sorted(errors) == [2, 3, 4, 5, 6]
    assert "refused by Clay (400); `leadflow send --failed`" in errors[3]
    assert errors[4] == errors[6] == "a row must be a mapping whose keys are strings"
    assert "--on-unknown=retry" in errors[5]


def test_a_run_that_stops_names_the_rows_that_wait_and_the_next_call_sends_them(
    workspace: Workspace, clay: StartClay
) -> None:
    sandbox = clay()
    sandbox.control.set_faults("401,count=1,after=1")

    stopped = send(workspace, lead_rows(3))
    again = send(workspace, lead_rows(3))

    assert (stopped.sent, stopped.failed) == (1, 2)
    assert all(error.startswith("not sent yet: Clay refused") for _, error in stopped.errors)
    assert again == BatchReport(sent=3)


def test_a_spent_budget_is_an_error_of_the_rows_that_wait(
    workspace: Workspace, clay: StartClay
) -> None:
    sandbox = clay()
    workspace.environ["DAILY_CREDIT_CAP"] = "12"

    report = send(workspace, lead_rows(3))

    assert (report.sent, report.failed) == (2, 1) == (rows_made(sandbox), 1)
    assert "DAILY_CREDIT_CAP" in report.errors[0][1]


@pytest.mark.parametrize("delay_ms", [-1, float("nan"), float("inf"), "200", None, True])
def test_a_senseless_pause_is_reported_and_nothing_is_sent(
    workspace: Workspace, clay: StartClay, delay_ms: object
) -> None:
    sandbox = clay()

    report = send(workspace, lead_rows(2), delay_ms)

    assert (report.sent, report.failed) == (0, 2)
    assert "delay_ms" in report.errors[0][1]
    assert sandbox.control.state()["requests"] == 0


def test_without_a_webhook_every_row_says_what_to_do(workspace: Workspace) -> None:
    report = send(workspace, lead_rows(2))

    assert report.failed == 2
    assert all("CLAY_WEBHOOK_URL is not set" in error for _, error in report.errors)


def _breaks() -> Iterator[dict[str, str]]:
    yield lead_rows(1)[0]
    raise RuntimeError("ada0@acme-0.com")


@pytest.mark.parametrize("rows", [None, 7, _breaks()])
def test_rows_that_cannot_be_read_are_reported_without_what_they_hold(
    workspace: Workspace, clay: StartClay, rows: Any
) -> None:
    clay()

    report = send(workspace, rows)

    assert report.sent == 0
    assert report.failed == len(report.errors) == 1
    assert "acme" not in str(report)


class Unwilling:
    """A value that is not even equal to itself, such as pandas' NA, and cannot be written."""

    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        raise TypeError("ada@acme.com")


def test_a_row_with_a_value_that_is_no_text_spoils_no_other(
    workspace: Workspace, clay: StartClay
) -> None:
    sandbox = clay()
    good, bad, large = lead_rows(3)

    report = send(
        workspace, [good, {**bad, "company": Unwilling()}, {**large, "company": 9**5_000}]
    )

    assert (report.sent, report.failed) == (1, 2)
    assert report.errors == (
        (2, "cannot be read as text: TypeError"),
        (3, "cannot be read as text: ValueError"),
    )
    assert rows_made(sandbox) == 1


def test_a_store_that_cannot_be_used_is_reported(
    workspace: Workspace, clay: StartClay, tmp_path: Path
) -> None:
    clay()
    workspace.environ["DATABASE_URL"] = f"sqlite:///{tmp_path / 'nowhere' / 'ledger.sqlite'}"

    report = send(workspace, lead_rows(2))

    assert (report.sent, report.failed) == (0, 2)
    assert "check the folder" in report.errors[0][1]


def test_an_empty_batch_is_an_empty_report(workspace: Workspace, clay: StartClay) -> None:
    clay()

    assert send(workspace, []) == BatchReport()


def test_a_cancellation_comes_through_and_loses_nothing(
    workspace: Workspace, clay: StartClay
) -> None:
    sandbox = clay()

    async def cancel_in_the_middle() -> None:
        settings = replace(workspace.settings, interval_seconds=60)
        task = asyncio.ensure_future(send_batch(lead_rows(5), 60_000, settings=settings))
        for _ in range(500):
            if sandbox.control.state()["requests"]:
                break
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel_in_the_middle())

    assert workspace.account() == {"sent": 1, "failed": 0, "unknown": 0, "waiting": 4}
