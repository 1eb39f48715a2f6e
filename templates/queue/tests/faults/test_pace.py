"""The pace and a pause that Clay asked for hold from one run to the next."""

from __future__ import annotations

import asyncio
import itertools
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing

import pytest

from clay_sandbox import RunningSandbox
from harness.workspace import Workspace, lead_rows, write_csv
from leadflow import send_leads
from leadflow.domain.pacing import LONGEST_PAUSE_SECONDS, Pace, first_wait

StartClay = Callable[..., RunningSandbox]


def arrivals(sandbox: RunningSandbox) -> list[float]:
    return [arrival["at"] for arrival in sandbox.control.arrivals()]


def test_calls_in_a_row_keep_the_pace_of_one(workspace: Workspace, clay: StartClay) -> None:
    sandbox = clay()
    workspace.environ["SEND_INTERVAL_SECONDS"] = "0.25"

    for lead in lead_rows(6):
        asyncio.run(send_leads([lead], settings=workspace.settings))

    starts = arrivals(sandbox)
    assert len(starts) == 6
    assert all(later - start >= 0.24 for start, later in itertools.pairwise(starts))


def test_a_pause_that_clay_asked_for_is_kept_by_the_next_run(
    workspace: Workspace, clay: StartClay
) -> None:
    sandbox = clay()
    workspace.environ["RETRY_ATTEMPTS"] = "1"
    sandbox.control.set_faults("429,count=1,retry_after=5")
    leads = write_csv(workspace.folder / "leads.csv", lead_rows(1))

    stopped = workspace.leadflow("send", str(leads))
    done = workspace.leadflow("send", str(leads))

    first, second = arrivals(sandbox)
    assert (stopped.returncode, done.returncode) == (75, 0)
    assert second - first >= 5
    assert "waiting" in done.stderr


def test_a_clock_that_was_set_back_blocks_nobody_for_ever(
    workspace: Workspace, clay: StartClay
) -> None:
    clay()
    asyncio.run(send_leads([], settings=workspace.settings))
    tomorrow = time.time() + 86_400
    with closing(sqlite3.connect(workspace.database)) as ledger, ledger:
        ledger.execute("UPDATE pace SET last_start = ?", (tomorrow,))

    report = asyncio.run(send_leads(lead_rows(1), settings=workspace.settings))

    assert report.sent == 1


@pytest.mark.parametrize(
    ("pace", "wait"),
    [
        (Pace(), 0.0),
        (Pace(last_start=99.9), 0.15),
        (Pace(last_start=1_000_000.0), 0.25),
        (Pace(not_before=130.0), 30.0),
        (Pace(not_before=1_000_000.0), LONGEST_PAUSE_SECONDS),
        (Pace(last_start=99.9, not_before=99.0), 0.15),
    ],
)
def test_the_first_wait_is_what_is_left_and_never_beyond_reason(pace: Pace, wait: float) -> None:
    assert first_wait(pace, interval_seconds=0.25, now=100.0) == pytest.approx(wait)
