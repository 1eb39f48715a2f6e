"""The disk fills up, a file comes twice, two runs meet: nothing is lost, nothing doubled."""

from __future__ import annotations

import resource
import signal
import time
from collections.abc import Callable

import pytest

from clay_sandbox import RunningSandbox
from harness.workspace import Workspace, lead_rows, write_csv

StartClay = Callable[..., RunningSandbox]


def limit_files_to(size: int) -> Callable[[], None]:
    """No file of the process may grow beyond this: what a full disk looks like to one program."""

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return limit


@pytest.mark.case(65)
def test_the_same_file_twice_sends_nothing_twice(workspace: Workspace, clay: StartClay) -> None:
    sandbox = clay()
    leads = write_csv(workspace.folder / "leads.csv", lead_rows(10))

    first = workspace.leadflow("send", str(leads))
    second = workspace.leadflow("send", str(leads))

    assert (first.returncode, second.returncode) == (0, 0)
    assert "10 rows: 0 new, 10 known" in second.stdout
    assert sandbox.control.state()["rows"]["made"] == 10


@pytest.mark.case(65)
@pytest.mark.parametrize("size", [20_000, 60_000, 110_000])
def test_a_full_disk_is_one_line_and_loses_nothing(
    workspace: Workspace, clay: StartClay, size: int
) -> None:
    sandbox = clay()
    leads = write_csv(workspace.folder / "leads.csv", lead_rows(200))

    full = workspace.start("send", str(leads), preexec_fn=limit_files_to(size))
    _, err = full.communicate(timeout=30)
    resumed = workspace.leadflow("send", str(leads))

    complaint = [line for line in err.splitlines() if line.startswith("Error: ")]
    assert full.returncode == 75
    assert len(complaint) == 1
    assert "Traceback" not in err
    assert resumed.returncode in (0, 1)
    account = workspace.account()
    assert account["sent"] + account["unknown"] == 200
    assert account["unknown"] <= 1
    assert sandbox.control.state()["rows"]["made"] in (account["sent"], 200)


@pytest.mark.case(65)
def test_when_the_report_of_rejected_lines_cannot_be_written_nothing_is_taken(
    workspace: Workspace, clay: StartClay
) -> None:
    sandbox = clay()
    rows = [*lead_rows(2), {"email": "nobody", "first_name": "A", "last_name": "B"}]
    leads = write_csv(workspace.folder / "leads.csv", rows)
    (workspace.folder / "results").write_text("a file where the folder should be")

    done = workspace.leadflow("send", str(leads))

    assert done.returncode == 75
    assert "results" in done.stderr
    assert workspace.account() == {"sent": 0, "failed": 0, "unknown": 0, "waiting": 0}
    assert sandbox.control.state()["requests"] == 0


def test_a_second_run_on_the_same_ledger_is_refused_with_one_line(
    workspace: Workspace, clay: StartClay
) -> None:
    sandbox = clay()
    workspace.environ["SEND_INTERVAL_SECONDS"] = "2"
    leads = write_csv(workspace.folder / "leads.csv", lead_rows(30))
    first = workspace.start("send", str(leads))
    deadline = time.monotonic() + 10
    while not sandbox.control.state()["requests"]:
        assert time.monotonic() < deadline

    second = workspace.leadflow("send", str(leads))
    watched = workspace.status()
    first.send_signal(signal.SIGINT)
    first.communicate(timeout=30)
    workspace.environ["SEND_INTERVAL_SECONDS"] = "0"
    resumed = workspace.leadflow("send")

    assert second.returncode == 75
    assert second.stderr.startswith("Error: another run is using")
    assert watched["is_running"]
    assert watched["account"]["is_balanced"]
    assert first.returncode == 130
    assert resumed.returncode == 0
    assert sandbox.control.state()["rows"]["made"] == 30
