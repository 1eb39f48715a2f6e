"""The command that a trouble names exists, with the flags that it is given."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from clay_arch.load import load_troubles
from tests.process import TOOL

if TYPE_CHECKING:
    from clay_arch.decision.troubles import Trouble

# The highest variant has every command of those below it.
SOURCE = Path(__file__).parent.parent / "templates" / "standard" / "src"
PROGRAMS = {"clay-arch": [TOOL], "leadflow": [sys.executable, "-m", "leadflow"]}


# Looking something up changes nothing, so it is simply run.
LOOK_UPS = [t for t in load_troubles() if t.command.startswith("clay-arch ")]


@pytest.mark.parametrize("trouble", LOOK_UPS, ids=lambda t: t.id)
def test_a_command_of_clay_arch_answers(trouble: Trouble) -> None:
    ended = subprocess.run(
        [TOOL, *shlex.split(trouble.command)[1:]], capture_output=True, text=True, check=False
    )

    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.parametrize("trouble", load_troubles(), ids=lambda t: t.id)
def test_every_command_and_flag_is_in_its_help(trouble: Trouble) -> None:
    program, *words = shlex.split(trouble.command)

    ended = subprocess.run(
        [*PROGRAMS[program], *words, "--help"],
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 0
    flags = {word.split("=")[0] for word in words if word.startswith("--")}
    assert flags <= set(re.findall(r"--[a-z-]+", ended.stdout))
