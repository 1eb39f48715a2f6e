"""A network namespace of its own: trouble in it is nobody else's trouble.

`python -m harness.own_network FOLDER LEADS ENVIRON COMMAND...` runs inside: it starts a local Clay,
makes the trouble with the commands, sends until nothing waits, and prints what it saw as JSON.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from clay_sandbox import RunningSandbox, SandboxConfig, running_sandbox
from harness.workspace import ROOT, Workspace, lead_rows, write_csv

__all__ = ["CLEAR", "in_own_network", "send_through_trouble", "shell"]

MOST_RUNS, MOST_SECONDS = 20, 300
CLEAR = ("nft flush ruleset", "tc qdisc del dev lo root")


def in_own_network(program: str, *arguments: str, trouble: Sequence[str]) -> dict[str, Any]:
    """Run `python -m PROGRAM ARGUMENTS TROUBLE` there; skip, and say why, where that cannot be."""
    tools = {"unshare", "ip", *(command.split()[0] for command in trouble)}
    if missing := sorted(tool for tool in tools if shutil.which(tool) is None):
        pytest.skip(f"NOT TESTED: {', '.join(missing)} is not installed here")
    inside = ["unshare", "--net", "--map-root-user", "--user"]
    if subprocess.run([*inside, "ip", "link"], capture_output=True, check=False).returncode:
        inside = ["unshare", "--net"]
    quoted = (shlex.join(shlex.split(command)) for command in ("ip link set lo up", *trouble))
    rehearsal = " && ".join(quoted)
    if subprocess.run(
        [*inside, "sh", "-c", rehearsal], capture_output=True, check=False
    ).returncode:
        pytest.skip("NOT TESTED: this machine allows no network namespace, or not this trouble")
    done = subprocess.run(
        [*inside, sys.executable, "-m", program, *arguments, *trouble],
        env={**os.environ, "PYTHONPATH": _path(), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=MOST_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen


def send_through_trouble(
    workspace: Workspace, *, leads: int, trouble: Sequence[str]
) -> dict[str, Any]:
    """Send the leads in a network of their own."""
    lead_rows(leads)  # the same that are sent there: no log may name them
    arguments = (str(workspace.folder), str(leads), json.dumps(workspace.environ))
    return in_own_network("harness.own_network", *arguments, trouble=trouble)


def shell(command: str, *, must: bool = True) -> None:
    subprocess.run(shlex.split(command), check=must, capture_output=True)


def _path() -> str:
    return ":".join(str(ROOT / part) for part in ("src", "tools", "tests"))


def _main(folder: str, leads: str, environ: str, *trouble: str) -> None:
    shell("ip link set lo up")
    workspace = Workspace(Path(folder), json.loads(environ))
    rows = [{**row, "notes": "x" * 15_000} for row in lead_rows(int(leads))]
    file = write_csv(workspace.folder / "leads.csv", rows)
    with running_sandbox(SandboxConfig(requests_per_second=None, columns=())) as sandbox:
        workspace.point_at(*sandbox.webhook_urls)
        for command in trouble:
            shell(command)
        started = time.monotonic()
        runs = _send(workspace, file)
        seconds = time.monotonic() - started
        for command in CLEAR:
            shell(command, must=False)
        print(json.dumps(_seen(workspace, sandbox, runs=runs, seconds=seconds)))


def _send(workspace: Workspace, file: Path) -> list[int]:
    """Send until every lead has an end, as somebody would who runs the command again."""
    runs = []
    for _ in range(MOST_RUNS):
        process = workspace.start("send", str(file))
        _, err = process.communicate(timeout=MOST_SECONDS)
        sys.stderr.write(err)  # for whoever searches the logs
        runs.append(process.returncode)
        if not workspace.account()["waiting"]:
            break
    return runs


def _seen(
    workspace: Workspace, sandbox: RunningSandbox, *, runs: list[int], seconds: float
) -> dict[str, Any]:
    return {
        "runs": runs,
        "seconds": seconds,
        "status": workspace.status(),
        "arrivals": [arrival["at"] for arrival in sandbox.control.arrivals()],
        "rows": [row["values"]["lead_id"] for row in sandbox.control.rows()],
    }


if __name__ == "__main__":
    _main(*sys.argv[1:])
