"""`make demo`: everything arrives once, a second run sends nothing, Ctrl-C is clean."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

from clay_arch.scaffold import Project, scaffold, variants

SECONDS = 90
DEMO = (sys.executable, "tools/demo.py")

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("variant", variants())]


@pytest.fixture(name="project")
def _project(tmp_path: Path, variant: str) -> Path:
    scaffold(Project(variant=variant, name="acme-leads", transport="webhook"), tmp_path / "demo")
    return tmp_path / "demo"


def _environ(leads: int) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": "src:tools", "DEMO_LEADS": str(leads)}


def _run(project: Path, leads: int) -> str:
    ended = subprocess.run(
        DEMO,
        cwd=project,
        env=_environ(leads),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def _count(shown: str, line: str) -> int:
    found = re.search(rf"{line} +([0-9]+)", shown)
    assert found, shown
    return int(found[1])


def _processes_in(folder: Path) -> list[str]:
    """What still runs in the project: found by its working directory."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink().is_relative_to(folder):
                found.append((process / "cmdline").read_bytes().decode())
        except OSError:
            continue
    return found


def test_everything_arrives_once_and_a_second_run_sends_nothing(project: Path) -> None:
    first = _run(project, 6)
    second = _run(project, 6)

    assert _count(first, "arrived at the local Clay in this run") == 6
    assert re.search(r"arrived once each +yes", first)
    assert _count(second, "arrived at the local Clay in this run") == 0
    assert _count(second, "account") == 6


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc")
def test_ctrl_c_leaves_no_process_and_the_next_run_goes_on(project: Path) -> None:
    program, *words = DEMO
    child = pexpect.spawn(
        program,
        words,
        cwd=str(project),
        env=_environ(12),
        encoding="utf-8",
        timeout=SECONDS,
        dimensions=(40, 120),
    )
    child.expect_exact("3/12")
    child.sendintr()
    child.expect(pexpect.EOF)
    child.close()

    assert child.exitstatus == 130
    assert "Traceback" not in str(child.before)
    assert _processes_in(project) == []
    after = _run_again(project)
    assert _count(after, "account") == 12


def _run_again(project: Path) -> str:
    """The lead that was in flight may be unknown, which is an exit of 1, and no more than that."""
    ended = subprocess.run(
        DEMO, cwd=project, env=_environ(12), capture_output=True, text=True, check=False
    )
    assert ended.returncode in {0, 1}, ended.stdout + ended.stderr
    return ended.stdout
