"""`import`, `status`, `doctor`, `--help`, the library and the files that are made from the code."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from clay_sandbox import DEFAULT_COLUMNS, RunningSandbox
from harness.workspace import ROOT, Workspace, lead_rows, write_csv
from leadflow.settings import SETTINGS, env_example

StartClay = Callable[..., RunningSandbox]


def test_an_export_comes_back_by_lead_and_twice_changes_nothing(
    workspace: Workspace, clay: StartClay
) -> None:
    sandbox = clay(columns=DEFAULT_COLUMNS)
    leads = write_csv(workspace.folder / "leads.csv", lead_rows(4))
    workspace.leadflow("send", str(leads))
    sandbox.control.wait_until_idle()
    export = workspace.folder / "export.csv"
    export.write_text(sandbox.control.export_csv(), encoding="utf-8", newline="")

    first = workspace.leadflow("import", str(export), "--format", "json")
    second = workspace.leadflow("import", str(export), "--format", "json")

    assert json.loads(first.stdout)["new"] == 4
    assert json.loads(second.stdout)["unchanged"] == 4


def test_rows_without_a_lead_are_reported_and_identity_stands_in_for_a_missing_id(
    workspace: Workspace, clay: StartClay
) -> None:
    clay()
    workspace.leadflow("send", str(write_csv(workspace.folder / "leads.csv", lead_rows(1))))
    export = write_csv(
        workspace.folder / "export.csv",
        [{"email": "ADA0@acme-0.com", "Score": "85"}, {"email": "who@acme-0.com", "Score": "1"}],
    )

    done = workspace.leadflow("import", str(export))

    report = (workspace.folder / "results/export.unmatched.csv").read_text().splitlines()
    assert done.returncode == 0
    assert "1 new, 0 changed, 0 unchanged, 1 unmatched" in done.stdout
    assert report[1:] == ["3,unmatched,no such lead in the ledger"]


@pytest.mark.parametrize(
    ("fault", "code"), [("", 0), ("500,count=1", 1), ("accept_then_reset,count=1", 1), ("401", 75)]
)
def test_status_check_has_an_exit_code_for_scripts(
    workspace: Workspace, clay: StartClay, fault: str, code: int
) -> None:
    sandbox = clay()
    sandbox.control.set_faults(*filter(None, [fault]))
    workspace.leadflow("send", str(write_csv(workspace.folder / "leads.csv", lead_rows(2))))

    assert workspace.leadflow("status", "--check").returncode == code


def test_doctor_finds_nothing_to_mend_and_posts_nothing(
    workspace: Workspace, clay: StartClay
) -> None:
    sandbox = clay()
    workspace.environ["SEND_INTERVAL_SECONDS"] = "0.25"

    done = workspace.leadflow("doctor")

    assert done.returncode == 0
    assert sandbox.control.state()["requests"] == 0


@pytest.mark.parametrize(
    ("name", "value", "finding"),
    [
        ("CLAY_WEBHOOK_URL", "", "CLAY_WEBHOOK_URL is not set"),
        ("CLAY_WEBHOOK_URL", "http://api.clay.com/v3/sources/webhook/x", "not at an allowed host"),
        ("CLAY_WEBHOOK_URL", "https://127.0.0.1/elsewhere", "its path should begin with"),
        ("CLAY_PLAN", "launch", "LEADFLOW_TRANSPORT=csv"),
        ("SEND_INTERVAL_SECONDS", "0.05", "raise SEND_INTERVAL_SECONDS"),
        ("DATABASE_URL", "mysql://db/leads", "must be sqlite:///FILE"),
    ],
)
def test_doctor_names_what_is_wrong_and_what_to_do(
    workspace: Workspace, clay: StartClay, name: str, value: str, finding: str
) -> None:
    sandbox = clay()
    workspace.environ["SEND_INTERVAL_SECONDS"] = "0.25"
    workspace.environ[name] = value

    done = workspace.leadflow("doctor")

    assert done.returncode == 1
    assert finding in done.stdout
    assert sandbox.control.state()["requests"] == 0


@pytest.mark.parametrize("command", [[], ["send"], ["import"], ["status"], ["doctor"]])
def test_every_command_has_help_with_an_example(workspace: Workspace, command: list[str]) -> None:
    done = workspace.leadflow(*command, "--help")

    assert done.returncode == 0
    assert re.search(r"Examples?:\n +leadflow ", done.stdout)


def test_the_readme_shows_five_lines_that_run(workspace: Workspace, clay: StartClay) -> None:
    sandbox = clay()
    readme = next(path for path in (ROOT / "README.md", ROOT / "README.md.jinja") if path.exists())
    code = readme.read_text(encoding="utf-8").split("```python\n")[1].split("```")[0]

    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=workspace.folder,
        env={**os.environ, **workspace.environ, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=True,
    )

    assert len([line for line in code.splitlines() if line]) == 5
    assert "sent=1" in done.stdout
    assert sandbox.control.state()["rows"]["made"] == 1


def test_env_example_lists_every_setting_as_the_code_has_it() -> None:
    names = (ROOT / ".env.example", ROOT / ".env.example.jinja")
    text = next(path for path in names if path.exists()).read_text(encoding="utf-8")
    chosen = re.sub(r"(?m)^LEADFLOW_TRANSPORT=.*$", "LEADFLOW_TRANSPORT=webhook", text)

    assert chosen == env_example()
    assert all(setting.env in text for setting in SETTINGS.values())
    assert "CLAY_WEBHOOK_URL=\n" in text


def test_a_dotenv_file_is_read_and_the_environment_wins(workspace: Workspace) -> None:
    for name in ("CLAY_PLAN", "CREDITS_PER_LEAD"):
        del workspace.environ[name]
    workspace.environ["SEND_INTERVAL_SECONDS"] = "x"
    dotenv = workspace.folder / ".env"
    dotenv.write_text(
        '# a comment\nCLAY_PLAN="pluto"\nCREDITS_PER_LEAD=y\nSEND_INTERVAL_SECONDS=1\n'
    )

    done = workspace.leadflow("status")

    assert done.returncode == 2
    for problem in ("CLAY_PLAN: must be one of", "CREDITS_PER_LEAD: ", "not 'x'"):
        assert problem in done.stderr


def test_settings_do_not_tell_their_secrets(workspace: Workspace) -> None:
    workspace.point_at("http://127.0.0.1/v3/sources/webhook/secret-a1b2")
    workspace.environ["CLAY_WEBHOOK_TOKEN"] = "s3cr3t"

    assert "secret" not in repr(workspace.settings)
    assert "s3cr3t" not in repr(workspace.settings)


@pytest.mark.parametrize(
    "url",
    [
        "http://api.clay.com/x",
        "https://clay.com.evil.org/x",
        "https://evilclay.com/x",
        "https://user:pw@api.clay.com/x",
        "https://169.254.169.254/x",
        "ftp://api.clay.com/x",
        "https://api.clay.com:0/x",
        "no url",
    ],
)
def test_a_url_that_leads_elsewhere_is_refused_without_being_repeated(
    workspace: Workspace, url: str
) -> None:
    workspace.environ["CLAY_ALLOWED_HOSTS"] = ".clay.com"
    workspace.environ["CLAY_WEBHOOK_URL"] = url

    done = workspace.leadflow("status")

    assert done.returncode == 2
    assert "CLAY_WEBHOOK_URL: the URL that ends in" in done.stderr
    assert url not in done.stderr


def test_the_ledger_of_a_newer_version_is_left_alone(workspace: Workspace) -> None:
    with closing(sqlite3.connect(workspace.database)) as ledger:
        ledger.execute("PRAGMA user_version = 99")

    done = workspace.leadflow("status")

    assert done.returncode == 2
    assert "upgrade leadflow" in done.stderr


def test_a_file_that_is_no_ledger_is_named(workspace: Workspace) -> None:
    Path(workspace.database).write_bytes(b"not a database at all, but long enough to be read" * 50)

    done = workspace.leadflow("status")

    assert done.returncode == 2
    assert "not a sound ledger" in done.stderr
