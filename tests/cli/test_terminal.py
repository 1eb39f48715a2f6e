"""The wizard in a real pseudo-terminal."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING

import pexpect
import pytest

from tests.process import TOOL

if TYPE_CHECKING:
    from pathlib import Path

    from tests.process import Command

SECONDS = 20


def _start(folder: Path, *words: str) -> pexpect.spawn[str]:
    env = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "100"}
    env.pop("NO_COLOR", None)
    return pexpect.spawn(
        TOOL, list(words), cwd=str(folder), encoding="utf-8", timeout=SECONDS, env=env,
        dimensions=(60, 100),
    )  # fmt: skip


def _type(child: pexpect.spawn[str], *pairs: tuple[str, str]) -> None:
    for prompt, line in pairs:
        child.expect_exact(prompt)
        child.sendline(line)


def _plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text).replace("\r\n", "\n")


DIALOGUE = (
    ("How many leads", "960"),
    ("Which Clay plan", "3"),
    ("What infrastructure", "https"),
    ("How must enriched data", "csv"),
    ("How soon", "<"),
    ("How must enriched data", "callback"),
    ("How soon", "2h"),
    ("Who tries again", ""),
    ("How does the CRM", "http"),
    ("one source or several", ""),
    ("own provider keys", "yes"),
    ("number of an answer to change", ""),
)


def test_the_command_that_the_wizard_prints_gives_the_same_answer(
    run: Command, tmp_path: Path
) -> None:
    child = _start(tmp_path, "recommend")
    _type(child, *DIALOGUE)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0

    shown = _plain(str(child.before))
    printed = re.findall(r"clay-arch recommend --volume[^\n]*(?:\n +[^\n]+)*", shown)
    words = " ".join(printed[-1].replace("\\\n", " ").split()).split(" ")[1:]

    assert words[1:] == [
        "--volume", "960", "--plan", "growth", "--infra", "https", "--data-access", "callback",
        "--max-latency", "7200s", "--crm-sync", "http", "--own-keys",
    ]  # fmt: skip
    again = run(*words).out.split()
    assert shown.split()[-len(again) :] == again
    document = json.loads(run(*words, "--format", "json").out)
    assert document["recommendation"]["variant"] == "standard"
    assert document["command"].split() == ["clay-arch", *words]


def test_a_terminal_gets_colour_and_no_color_takes_it_away(tmp_path: Path) -> None:
    words = ("recommend", "--volume", "5k", "--plan", "growth", "--infra", "https")
    child = _start(tmp_path, *words)
    child.expect(pexpect.EOF)
    assert "\x1b[" in str(child.before)

    child = pexpect.spawn(
        TOOL, list(words), env={**os.environ, "NO_COLOR": "1"}, encoding="utf-8", timeout=SECONDS
    )
    child.expect(pexpect.EOF)
    assert "\x1b[" not in str(child.before)


@pytest.mark.parametrize("after", range(len(DIALOGUE)))
def test_ctrl_c_at_any_prompt_exits_130_without_a_traceback(tmp_path: Path, after: int) -> None:
    child = _start(tmp_path, "recommend", "--output", "answer.txt")
    _type(child, *DIALOGUE[:after])
    child.expect_exact(DIALOGUE[after][0])
    child.sendintr()
    child.expect(pexpect.EOF)
    child.close()

    assert child.exitstatus == 130
    assert "Traceback" not in str(child.before)
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_in_the_wizard_of_new_writes_nothing(tmp_path: Path) -> None:
    child = _start(tmp_path, "new", "demo")
    child.expect_exact("How many leads")
    child.sendintr()
    child.expect(pexpect.EOF)
    child.close()

    assert child.exitstatus == 130
    assert list(tmp_path.iterdir()) == []
