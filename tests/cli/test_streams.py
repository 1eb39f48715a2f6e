"""Standard streams, devices and links: an answer arrives whole, or one sentence says why not.

No test names a device of the machine as an output: a mistake would replace it.
"""

from __future__ import annotations

import os
import stat
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.process import TOOL

if TYPE_CHECKING:
    from pathlib import Path

    from tests.process import Command

WORDS = ("recommend", "--volume", "5k", "--plan", "growth", "--infra", "https")
SHELL_WORDS = " ".join(WORDS)


def _shell(folder: Path, line: str) -> subprocess.CompletedProcess[str]:
    words = ["/bin/sh", "-c", f"{TOOL} {line}"]
    return subprocess.run(
        words, capture_output=True, text=True, check=False, timeout=60, cwd=folder
    )


@pytest.mark.parametrize("stream", [">&-", ">/dev/full"])
@pytest.mark.parametrize(
    "words",
    [SHELL_WORDS, f"{SHELL_WORDS} --format json", "facts", "--help", "--version", "matrix check"],
)
def test_an_answer_that_cannot_be_printed_is_one_sentence_and_exit_2(
    tmp_path: Path, words: str, stream: str
) -> None:
    ended = _shell(tmp_path, f"{words} {stream}")

    assert ended.returncode == 2
    assert ended.stderr.startswith("Error: cannot write to standard output: ")
    assert ended.stderr.count("\n") == 1


def test_a_closed_standard_output_does_not_matter_to_a_file(tmp_path: Path) -> None:
    ended = _shell(tmp_path, f"{SHELL_WORDS} --output answer >&-")

    assert ended.returncode == 0
    assert (tmp_path / "answer").read_text().startswith("Standard")


def test_a_closed_standard_input_holds_no_answers(tmp_path: Path) -> None:
    ended = _shell(tmp_path, "recommend --answers - <&-")

    assert ended.returncode == 2
    assert ended.stderr.startswith("Error: --answers: standard input is closed")
    assert ended.stderr.count("\n") == 1


def test_a_reader_that_has_gone_is_no_finding() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    words = [TOOL, "facts", "--format", "json"]
    ended = subprocess.run(words, stdout=writer, stderr=subprocess.PIPE, timeout=60, check=False)
    os.close(writer)

    assert (ended.returncode, ended.stderr) == (0, b"")


@pytest.mark.parametrize("output", ["", ".", "/", "no/such/file", "file/x"])
def test_an_output_that_cannot_be_written_is_named(
    run: Command, tmp_path: Path, output: str
) -> None:
    (tmp_path / "file").touch()

    ended = run(*WORDS, "--output", output)

    assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1)
    assert ended.err.startswith("Error: --output: cannot write ")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_dash_is_standard_output(run: Command, tmp_path: Path) -> None:
    ended = run(*WORDS, "--output", "-")

    assert (ended.code, ended.err) == (0, "")
    assert ended.out == run(*WORDS).out
    assert list(tmp_path.iterdir()) == []


def test_a_device_stays_a_device(run: Command, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)

    ended = run(*WORDS, "--output", "pipe")

    assert ended.code == 0
    assert os.read(reader, 8) == b"Standard"
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    os.close(reader)


def test_a_link_stays_a_link_and_its_target_is_written(run: Command, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    target = tmp_path / "elsewhere" / "answer"
    target.write_text("stale")
    target.chmod(0o640)
    (tmp_path / "link").symlink_to(target)

    ended = run(*WORDS, "--output", "link")

    assert ended.code == 0
    assert (tmp_path / "link").is_symlink()
    assert target.read_text() == run(*WORDS).out
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert [path.name for path in target.parent.iterdir()] == ["answer"]


def test_a_file_of_the_partial_name_is_left_alone(run: Command, tmp_path: Path) -> None:
    (tmp_path / ".answer.partial").write_text("mine")

    run(*WORDS, "--output", "answer")

    assert (tmp_path / ".answer.partial").read_text() == "mine"


@pytest.mark.parametrize("output", [(), ("--output", "answer")], ids=["screen", "file"])
def test_a_file_name_that_is_no_text_is_one_sentence(
    tmp_path: Path, output: tuple[str, ...]
) -> None:
    from clay_arch.load import DATA

    name = os.fsdecode(b"m\xff.yaml")
    (tmp_path / name).write_bytes((DATA / "matrix.yaml").read_bytes())
    words = [TOOL, *WORDS, "--matrix", name, *output]
    env = {**os.environ, "LC_ALL": "C.UTF-8", "PYTHONIOENCODING": "utf-8:strict"}
    ended = subprocess.run(
        words, capture_output=True, check=False, timeout=60, cwd=tmp_path, env=env
    )

    assert (ended.returncode, ended.stdout, ended.stderr.count(b"\n")) == (2, b"", 1)
    assert b"rename" in ended.stderr
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("flag", ["--answers", "--matrix", "--facts"])
def test_a_file_without_end_is_refused(run: Command, flag: str) -> None:
    ended = run(*WORDS, flag, "/dev/zero")

    assert ended.code == 2
    assert "larger than 64 KiB" in ended.err
