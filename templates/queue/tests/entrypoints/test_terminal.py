"""What a terminal, a pipe or a closed stream does to a run, and what a run does to them."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from clay_sandbox import RunningSandbox
from harness.workspace import ROOT, Workspace, lead_rows, write_csv
from leadflow.entrypoints.progress import Progress
from leadflow.entrypoints.terminal import listed, visible

StartClay = Callable[..., RunningSandbox]
LEADFLOW = f"{sys.executable} -m leadflow"


def shell(workspace: Workspace, line: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", line],
        cwd=workspace.folder,
        env={**workspace.environ, "PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.fixture(autouse=True)
def leads(workspace: Workspace) -> Path:
    return write_csv(workspace.folder / "leads.csv", lead_rows(5))


def test_a_reader_that_has_seen_enough_does_not_stop_the_run(
    workspace: Workspace, clay: StartClay
) -> None:
    sandbox = clay()
    sandbox.control.set_faults("500,count=2")

    done = shell(workspace, f"{LEADFLOW} send leads.csv 2>&1 | (read -r line; exec <&-; wait)")

    assert sandbox.control.state()["requests"] == 5
    assert done.returncode == 1
    assert workspace.account()["waiting"] == 0


@pytest.mark.parametrize("closed", ["<&-", "2>&-", ">&-", "<&- >&- 2>&-"])
def test_a_closed_stream_is_no_reason_to_fail(
    workspace: Workspace, clay: StartClay, closed: str
) -> None:
    clay()

    done = shell(workspace, f"{LEADFLOW} send leads.csv {closed}")

    assert done.returncode == 0
    assert "Traceback" not in done.stderr
    assert workspace.account()["sent"] == 5


def test_without_a_terminal_to_ask_at_max_credits_needs_yes(
    workspace: Workspace, clay: StartClay
) -> None:
    clay()

    done = shell(workspace, f"{LEADFLOW} send leads.csv --max-credits 6 <&-")

    assert done.returncode == 2
    assert "add --yes" in done.stderr


@pytest.mark.parametrize(
    "option",
    [
        *(f"--max-credits={number}" for number in ("nan", "inf", "1e309", "-1", "5")),
        *(f"--encoding={name}" for name in ("hex", "rot13", "undefined", "punycode", "idna")),
        "--encoding=utf-16",
    ],
)
def test_an_impossible_option_is_one_line_and_exit_2(
    workspace: Workspace, clay: StartClay, leads: Path, option: str
) -> None:
    sandbox = clay()

    done = workspace.leadflow("send", str(leads), "--yes", option)

    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("Error: ")
    assert "Traceback" not in done.stderr
    assert sandbox.control.state()["requests"] == 0


@pytest.mark.parametrize("name", ["CLAY_WEBHOOK_URL", "DATABASE_URL", "RESULTS_DIR"])
def test_a_setting_that_no_system_call_takes_is_named(workspace: Workspace, name: str) -> None:
    values = {
        "CLAY_WEBHOOK_URL": f"http://127.0.0.1/v3/sources/webhook/{'x' * 70_000}",
        "DATABASE_URL": "sqlite:///x\0y",
        "RESULTS_DIR": "x\0y",
    }
    del workspace.environ[name]
    (workspace.folder / ".env").write_text(f"{name}={values[name]}\n")

    done = workspace.leadflow("send", "--failed")

    assert done.returncode == 2
    assert f"Error: {name}: " in done.stderr


def test_a_defect_ends_in_one_line_that_names_no_person(workspace: Workspace) -> None:
    code = (
        "import leadflow.entrypoints.cli as cli\n"
        "def broken(*_, **__): raise RuntimeError('ada0@acme-0.com')\n"
        "cli.cli.main = broken\n"
        "cli.main()\n"
    )

    done = shell(workspace, f'{sys.executable} -c "{code}"')

    assert done.returncode == 70
    assert done.stderr.startswith("Error: a defect of leadflow: RuntimeError at ")
    assert "ada0" not in done.stderr
    assert "Traceback" not in done.stderr


def test_names_that_somebody_else_chose_move_no_cursor(workspace: Workspace) -> None:
    evil = "Evil\x1b[2J\x07"
    (workspace.folder / "leads.csv").write_text(
        f"email,first_name,last_name,{evil},{','.join(f'more{n}' for n in range(40))}\n"
    )

    done = workspace.leadflow("send", "leads.csv", "--dry-run")

    assert "Evil\\x1b[2J\\x07" in done.stderr
    assert "and 21 more" in done.stderr
    assert "\x1b" not in done.stderr


def test_long_lists_and_names_are_cut() -> None:
    assert listed(["x" * 100]) == f"{'x' * 60}..."
    assert visible("Jürgen\u202e\n") == "Jürgen\\u202e\\n"


def test_a_misspelt_setting_and_an_open_env_file_are_told(workspace: Workspace) -> None:
    dotenv = workspace.folder / ".env"
    dotenv.write_text("CLAY_WEBHOK_TOKEN=x\nCREDITS_PER_LEAD=6\nOTHER=1\n")
    dotenv.chmod(0o644)

    told = workspace.leadflow("status").stderr
    dotenv.chmod(0o600)

    assert "CLAY_WEBHOK_TOKEN is no setting of leadflow" in told
    assert "OTHER" not in told
    assert "chmod 600 .env" in told
    assert "chmod" not in workspace.leadflow("status").stderr


def test_the_csv_transport_needs_the_plan(workspace: Workspace, leads: Path) -> None:
    workspace.environ["CLAY_PLAN"] = ""

    done = workspace.leadflow("send", str(leads), "--transport", "csv")

    assert done.returncode == 2
    assert "CLAY_PLAN is not set" in done.stderr
    assert not workspace.database.exists()


def test_the_next_run_finishes_an_export_that_was_cut_short(
    workspace: Workspace, leads: Path
) -> None:
    output = workspace.folder / "clay.csv"
    workspace.leadflow("send", str(leads), "--transport", "csv", "--output", str(output))
    before = output.read_bytes()
    output.unlink()
    with closing(sqlite3.connect(workspace.database)) as ledger, ledger:
        ledger.execute("UPDATE export SET written_at = NULL")

    done = workspace.leadflow("send", "--transport", "csv")

    assert done.returncode == 0
    assert f"Finished what an interrupted run began: {output}" in done.stderr
    assert output.read_bytes() == before


def test_a_lost_export_is_written_again(workspace: Workspace, leads: Path) -> None:
    output = workspace.folder / "clay.csv"
    workspace.leadflow("send", str(leads), "--transport", "csv", "--output", str(output))
    before = output.read_bytes()

    refused = workspace.leadflow("send", "--rewrite", "clay.csv")
    output.unlink()
    done = workspace.leadflow("send", "--rewrite", "clay.csv")
    foreign = workspace.leadflow("send", "--rewrite", "other.csv")

    assert (refused.returncode, done.returncode, foreign.returncode) == (2, 0, 2)
    assert output.read_bytes() == before
    assert workspace.account()["sent"] == 5


def test_the_bar_keeps_inside_a_narrow_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    progress = Progress(total=1_000, done=500, is_terminal=True)

    progress.warns("look here")

    last = capsys.readouterr().err.rpartition("\r")[2].removeprefix("\x1b[K")
    assert len(last) == 29


def test_a_bar_that_was_not_drawn_leaves_no_blank_line(capsys: pytest.CaptureFixture[str]) -> None:
    Progress(total=0, is_terminal=True).close()

    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("count", ["abc", "0", "-1", "1e3", "", "9" * 30])
def test_the_demo_refuses_a_count_that_is_none(workspace: Workspace, count: str) -> None:
    done = shell(
        workspace,
        f"DEMO_LEADS='{count}' PYTHONPATH={ROOT}/src:{ROOT}/tools "
        f"{sys.executable} {ROOT}/tools/demo.py",
    )

    assert done.returncode == 2
    assert done.stderr.startswith("DEMO_LEADS must be a number")
