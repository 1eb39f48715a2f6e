"""The search of every log can fail: what is planted in one is found, and fails the test."""

from __future__ import annotations

import pytest

from harness.log_search import keep_settings_from_logs, search
from harness.people import people
from harness.tokens import SECRETS, token_for
from harness.workspace import Workspace, lead_rows

(SOMEBODY,) = people(1)
TOKEN = token_for(1)
# Each of these tests passes, and would go on passing if nobody searched its logs.
PLANTED = """
import logging
import subprocess
import sys

from harness.listening import hear
from harness.workspace import lead_rows

lead_rows(8)
SAY = "import sys; print('Error: Byron7 is nobody', file=sys.std{stream})"

def test_a_command_on_stderr():
    subprocess.run([sys.executable, "-c", SAY.format(stream="err")], capture_output=True)

def test_a_command_of_leadflow_on_stdout():
    command = [sys.executable, "-c", SAY.format(stream="out"), "leadflow"]
    subprocess.run(command, capture_output=True)

def test_a_server_in_its_file():
    hear("serve.log", "started\\nByron7 called back\\n")

def test_a_logger():
    logging.getLogger("leadflow").warning("Byron7 is late")

def test_a_print_on_stderr():
    print("Byron7", file=sys.stderr)

def test_an_answer_with_facts_is_no_log():
    command = [sys.executable, "-c", SAY.format(stream="out"), "leadflow", "--facts"]
    subprocess.run(command, capture_output=True)
"""


@pytest.mark.parametrize(
    ("line", "word"),
    [
        (f'{{"event": "callback", "to": "{SOMEBODY["email"].upper()}"}}', SOMEBODY["email"]),
        (f"Error: line 7: {SOMEBODY['first_name']} is nobody", SOMEBODY["first_name"].lower()),
        (f"GET /q?mail=me%40{SOMEBODY['company'].lower()}.com&x=1", SOMEBODY["company"].lower()),
        ("reason=Byron7;", "byron7"),
        ("whoever@it.is", "whoever@it.is"),
        (f"Traceback: ValueError: 'x{TOKEN}'", TOKEN.lower()),
        (f"Authorization: Bearer {SECRETS[1]};", SECRETS[1]),
    ],
    ids=["e-mail", "name", "part of an address", "seed", "stranger", "token", "secret"],
)
def test_a_person_or_a_secret_in_a_line_is_found(line: str, word: str) -> None:
    lead_rows(8)

    found = search("planted", f"a line before\n{line}")

    assert ("planted", 2, word) in found


def test_identities_counts_and_places_are_nobody() -> None:
    lead_rows(8)
    line = '{"time": "2026-11-27T23:13:42", "lead_id": "lead-7ada3", "where": "worker.py:12"}'

    assert search("log", line) == []


def test_the_secrets_of_the_settings_are_looked_for(workspace: Workspace) -> None:
    workspace.environ["DATABASE_URL"] = "postgresql://leadflow:kept-from-every-log@db/leadflow"
    workspace.point_at("https://api.clay.com/v3/sources/webhook/pull-in-0f1e2d3c4b5a")
    keep_settings_from_logs(workspace.environ)
    keys = [value.rpartition(":")[2] for value in workspace.environ["CLAY_TOKEN_KEYS"].split(",")]

    for secret in ("kept-from-every-log", "0f1e2d3c4b5a", *keys):
        assert search("log", f"password={secret}") != []


def test_a_test_fails_when_any_log_of_it_names_somebody(
    nested_pytest: pytest.Pytester,
) -> None:
    nested_pytest.makepyfile(PLANTED)

    # -rN: where CI is set, pytest says every fault a second time, in its last lines.
    done = nested_pytest.runpytest_subprocess("-rN", "-p", "harness.listening")

    done.assert_outcomes(passed=6, errors=5)
    done.stdout.fnmatch_lines(["Finding(log='serve.log', line=2, word='byron7')"])
    assert done.stdout.str().count("word='byron7'") == 5
