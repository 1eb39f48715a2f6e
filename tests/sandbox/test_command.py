"""The command line: a sandbox in a process of its own."""

from __future__ import annotations

import contextlib
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

import clay_arch.sandbox
from clay_arch.sandbox import SWITCHES, Control, FaultKind
from clay_arch.sandbox.command import command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.sandbox.conftest import Post

PACKAGE = Path(clay_arch.sandbox.__file__).parent


@contextlib.contextmanager
def process(tmp_path: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The command running from a copy of the folder, and the URL of what it serves."""
    shutil.copytree(
        PACKAGE, tmp_path / "clay_sandbox", ignore=shutil.ignore_patterns("__pycache__")
    )
    port_file = tmp_path / "port"
    running = subprocess.Popen(
        [sys.executable, "-m", "clay_sandbox", "--port", "0", "--port-file", "port", *arguments],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        deadline = time.monotonic() + 20
        while not port_file.exists() and time.monotonic() < deadline and running.poll() is None:
            time.sleep(0.02)
        yield running, f"http://127.0.0.1:{port_file.read_text().strip()}"
    finally:
        running.kill()
        running.communicate()


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_it_runs_as_a_copy_and_stops_cleanly(
    tmp_path: Path, post: Post, ending: signal.Signals
) -> None:
    with process(tmp_path, "--state", "state.json") as (running, url):
        assert running.stdout is not None
        webhook_url = running.stdout.readline().split()[1]
        with Control(url) as control:
            answer = post(webhook_url, {"email": "ada@crunchy.example"})
            made = control.state()["rows"]["made"]
        running.send_signal(ending)
        _out, err = running.communicate(timeout=10)

    assert (answer.status_code, made) == (200, 1)
    assert running.returncode == 0
    assert err.splitlines()[-1] == "Stopped."
    assert '"accepted"' in (tmp_path / "state.json").read_text()


def test_verbose_logs_requests_without_personal_data(tmp_path: Path, post: Post) -> None:
    with process(tmp_path, "--verbose") as (running, url):
        assert running.stdout is not None
        post(running.stdout.readline().split()[1], {"email": "ada@crunchy.example"})
        post(url + "/nowhere")
        running.send_signal(signal.SIGINT)
        _out, err = running.communicate(timeout=10)

    assert "POST webhook 0: 200, rows [1]" in err
    assert "POST webhook None: 404" in err
    assert "ada@" not in err


def test_options_reach_the_sandbox(tmp_path: Path, post: Post) -> None:
    arguments = ("--fault", "429,count=1,retry_after=3", "--success-status", "202", "--seed", "5")
    with process(tmp_path, *arguments) as (running, _url):
        assert running.stdout is not None
        webhook_url = running.stdout.readline().split()[1]
        answers = [post(webhook_url) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [429, 202]
    assert answers[0].headers["Retry-After"] == "3"


def test_help_names_every_switch_fault_and_an_example() -> None:
    text = CliRunner().invoke(command, ["--help"]).output

    for switches in SWITCHES.values():
        for switch in switches:
            assert f"--{switch.field.replace('_', '-')}" in text
    assert all(kind in text for kind in FaultKind)
    assert "Examples:" in text


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--plan", "launch"], "the launch plan has not a webhook source: set webhooks to 0"),
        (["--fault", "explode"], "'explode' is not a valid FaultKind"),
        (["--plan", "gold"], "'gold' is not one of"),
        (["--callback-url", "http://a", "--run-condition", "x"], "write `column >= 50`"),
        (["--callback-url", "http://a", "--callback-retry-on", "5xx"], "retry_on '5xx'"),
        (["--callback-header", "secret"], "write 'Name: value'"),
        (["--state", "no/such/folder/state.json"], "--state: the folder of"),
    ],
)
def test_wrong_options_end_with_2_and_a_sentence(arguments: list[str], says: str) -> None:
    result = CliRunner().invoke(command, arguments)

    assert result.exit_code == 2
    assert says in " ".join(result.output.split())


def test_a_taken_port_ends_with_2_and_the_remedy() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = CliRunner().invoke(command, ["--port", str(taken.getsockname()[1])])

    assert result.exit_code == 2
    assert "take another with --port" in result.output
