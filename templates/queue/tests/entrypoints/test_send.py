"""`leadflow send` as a person or a script meets it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from clay_sandbox import RunningSandbox
from harness.workspace import Workspace, lead_rows, write_csv

StartClay = Callable[..., RunningSandbox]


@pytest.fixture
def leads(workspace: Workspace) -> Path:
    return write_csv(workspace.folder / "leads.csv", lead_rows(5))


def requests(sandbox: RunningSandbox) -> int:
    return int(sandbox.control.state()["requests"])


def test_a_dry_run_counts_reports_and_sends_nothing(workspace: Workspace, clay: StartClay) -> None:
    sandbox = clay()
    rows = [*lead_rows(3), lead_rows(1)[0], {**lead_rows(1)[0], "email": "nobody"}]
    leads = write_csv(workspace.folder / "leads.csv", rows)

    done = workspace.leadflow("send", str(leads), "--dry-run", "--format", "json")

    answer = json.loads(done.stdout)["file"]
    report = (workspace.folder / "results/leads.rejected.csv").read_text().splitlines()
    assert done.returncode == 0
    assert (answer["rows"], answer["new"]) == (5, 3)
    assert (answer["duplicates"], answer["rejected"]) == (1, 1)
    assert report[0] == "line,verdict,reason"
    assert report[1].startswith("6,rejected,e-mail: ")
    assert report[2] == "5,duplicate,the same lead as line 2"
    assert requests(sandbox) == 0
    assert not workspace.database.exists()


def test_a_dry_run_knows_what_was_sent_before(
    workspace: Workspace, clay: StartClay, leads: Path
) -> None:
    clay()
    workspace.leadflow("send", str(leads))
    more = write_csv(workspace.folder / "more.csv", lead_rows(4, start=3))

    done = workspace.leadflow("send", str(more), "--dry-run")

    assert "4 rows: 2 new, 2 known, 0 duplicates, 0 rejected" in done.stdout


def test_only_mapped_columns_leave_this_machine(workspace: Workspace, clay: StartClay) -> None:
    sandbox = clay()
    row = {**lead_rows(1)[0], "Company Size": "12", "Private Note": "likes tea"}
    workspace.environ["LEAD_EXTRA_COLUMNS"] = "company size"
    leads = write_csv(workspace.folder / "leads.csv", [row])

    done = workspace.leadflow("send", str(leads))

    (arrived,) = sandbox.control.rows()
    assert "Private Note" in done.stderr
    # Only where callbacks come back is there anything to prove them by.
    ours = {"correlation_token"} if "CLAY_TOKEN_KEYS" in workspace.environ else set()
    assert arrived["values"].keys() == ours | {
        "lead_id",
        "email",
        "first_name",
        "last_name",
        "company_size",
        "domain",
    }


def test_max_credits_needs_a_terminal_or_yes(
    workspace: Workspace, clay: StartClay, leads: Path
) -> None:
    sandbox = clay()

    refused = workspace.leadflow("send", str(leads), "--max-credits", "13")
    allowed = workspace.leadflow("send", str(leads), "--max-credits", "13", "--yes")

    assert refused.returncode == 2
    assert "--yes" in refused.stderr
    assert allowed.returncode == 75
    assert workspace.account() == {"sent": 2, "failed": 0, "unknown": 0, "waiting": 3}
    assert requests(sandbox) == 2


def test_max_credits_counts_a_lost_answer_as_spent(
    workspace: Workspace, clay: StartClay, leads: Path
) -> None:
    sandbox = clay()
    sandbox.control.set_faults("accept_then_reset,count=1")

    workspace.leadflow("send", str(leads), "--max-credits", "12", "--yes")

    assert workspace.account() == {"sent": 1, "failed": 0, "unknown": 1, "waiting": 3}


def test_without_a_url_the_first_error_says_what_to_do(workspace: Workspace, leads: Path) -> None:
    done = workspace.leadflow("send", str(leads))

    assert done.returncode == 2
    assert done.stderr.startswith("Error: CLAY_WEBHOOK_URL is not set; copy .env.example to .env")
    assert not workspace.database.exists()


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("email,Email\na@b.de,c@d.de\n", 'two columns "email"'),
        ("email,Work Email\na@b.de,c@d.de\n", '"email" and "Work Email" both mean email'),
        ("name,city\nAda,London\n", "no e-mail column"),
        ('email,first_name\n"ada@b.de,Ada\n', "line 2: the row spans"),
    ],
    ids=["duplicate header", "ambiguous header", "no lead", "unclosed quote"],
)
def test_a_file_that_cannot_be_read_is_refused_whole(
    workspace: Workspace, clay: StartClay, content: str, complaint: str
) -> None:
    sandbox = clay()
    path = workspace.folder / "leads.csv"
    path.write_text(content, encoding="utf-8")

    done = workspace.leadflow("send", str(path))

    assert done.returncode == 2
    assert complaint in done.stderr
    assert "Traceback" not in done.stderr
    assert requests(sandbox) == 0
    assert sum(workspace.account().values()) == 0


@pytest.mark.parametrize("content", ["", "email,first_name,last_name\n"], ids=["empty", "header"])
def test_a_file_without_rows_is_done_at_once(
    workspace: Workspace, clay: StartClay, content: str
) -> None:
    clay()
    path = workspace.folder / "leads.csv"
    path.write_text(content, encoding="utf-8")

    done = workspace.leadflow("send", str(path))

    assert done.returncode == 0
    assert "0 rows" in done.stdout


def test_the_csv_transport_writes_numbered_files_that_fit_the_plan(workspace: Workspace) -> None:
    workspace.environ["CLAY_PLAN"] = "free"
    rows = [{**row, "phone": "+49 30 1234", "title": "=2+2"} for row in lead_rows(450)]
    leads = write_csv(workspace.folder / "leads.csv", [*rows, rows[0]])
    output = workspace.folder / "clay.csv"

    done = workspace.leadflow("send", str(leads), "--transport", "csv", "--output", str(output))
    again = workspace.leadflow("send", str(leads), "--transport", "csv", "--output", str(output))

    files = sorted(workspace.folder.glob("clay-*.csv"))
    exported = [list(csv.DictReader(io.StringIO(path.read_text()))) for path in files]
    assert (done.returncode, again.returncode) == (0, 0)
    assert [path.name for path in files] == ["clay-1.csv", "clay-2.csv", "clay-3.csv"]
    assert [len(part) for part in exported] == [200, 200, 50]
    assert exported[0][0]["phone"] == "+49 30 1234"
    assert exported[0][0]["title"] == "'=2+2"
    assert workspace.account()["sent"] == 450
    assert "0 leads in no file" in again.stdout


def test_the_csv_transport_overwrites_nothing(workspace: Workspace, leads: Path) -> None:
    output = workspace.folder / "clay.csv"
    output.write_text("mine")

    done = workspace.leadflow("send", str(leads), "--transport", "csv", "--output", str(output))

    assert done.returncode == 2
    assert output.read_text() == "mine"
    assert workspace.account()["waiting"] == 5


def test_no_message_holds_a_person_or_a_secret(workspace: Workspace, clay: StartClay) -> None:
    sandbox = clay(token="s3cr3t-token")
    workspace.environ["CLAY_WEBHOOK_TOKEN"] = "s3cr3t-token"
    sandbox.control.set_faults("accept_then_reset,count=1", "500,count=1,after=1")
    rows = [*lead_rows(6), {**lead_rows(1)[0], "email": "ada0@@acme"}]
    leads = write_csv(workspace.folder / "leads.csv", rows)

    runs = [
        workspace.leadflow(*command)
        for command in (["send", str(leads)], ["status"], ["doctor"], ["send", "--failed"])
    ]

    said = "".join(run.stdout + run.stderr for run in runs)
    said += (workspace.folder / "results/leads.rejected.csv").read_text()
    for secret in ("s3cr3t", sandbox.webhook_urls[0][:-4], "ada0@", "Byron", "acme-0"):
        assert secret not in said


def test_files_can_be_read_by_their_owner_only(
    workspace: Workspace, clay: StartClay, leads: Path
) -> None:
    clay()

    workspace.leadflow("send", str(leads))

    for path in workspace.folder.glob("ledger*"):
        assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["--output", "x.csv"],
        ["--on-unknown=maybe"],
        ["--max-credits", "-1"],
        ["--encoding", "klingon"],
        ["--delimiter", "ab"],
        ["--dry-run"],
        ["missing.csv"],
    ],
)
def test_wrong_usage_is_exit_2_and_no_traceback(workspace: Workspace, arguments: list[str]) -> None:
    done = workspace.leadflow("send", *arguments)

    assert done.returncode == 2
    assert "Error: " in done.stderr
    assert "Traceback" not in done.stderr
