"""Bad input: one sentence that names the flag or line, a documented exit code, nothing written."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from clay_arch.load import DATA
from tests.process import TOOL

if TYPE_CHECKING:
    from pathlib import Path

    from tests.process import Command

GOOD = {"--volume": "5k", "--plan": "growth", "--infra": "https"}


def _words(**changed: str) -> list[str]:
    answers = GOOD | {f"--{key.replace('_', '-')}": value for key, value in changed.items()}
    return ["recommend", *(word for pair in answers.items() for word in pair)]


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"volume": "0"}, "--volume"),
        ({"volume": "-5"}, "--volume"),
        ({"volume": "NaN"}, "--volume"),
        ({"volume": "1e99"}, "--volume"),
        ({"volume": "5k/fortnight"}, "--volume"),
        ({"plan": "gold"}, "--plan"),
        ({"infra": "none,https"}, "--infra"),
        ({"infra": "kafka"}, "--infra"),
        ({"max_latency": "soon"}, "--max-latency"),
        ({"credits_per_lead": "-1"}, "--credits-per-lead"),
        ({"actions_per_lead": "x"}, "--actions-per-lead"),
        ({"monthly_credits": "1e9"}, "--monthly-credits"),
        ({"retry": "never"}, "--retry"),
        ({"format": "xml"}, "--format"),
        ({"answers": "nowhere.yaml"}, "nowhere.yaml"),
        ({"matrix": "nowhere.yaml"}, "nowhere.yaml"),
        ({"output": "no/such/folder/file"}, "--output"),
        ({"valume": "5k"}, "--volume"),
    ],
    ids=str,
)
def test_a_bad_answer_is_one_line_naming_the_flag(
    run: Command, changed: dict[str, str], named: str
) -> None:
    ended = run(*_words(**changed))

    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("Error: ")
    assert ended.err.count("\n") == 1
    assert named in ended.err


def test_infra_none_beside_another_value_is_a_usage_error(run: Command) -> None:
    ended = run(*_words(), "--infra", "none")

    assert ended.code == 2
    assert "--infra" in ended.err


@pytest.mark.parametrize("missing", ["--volume", "--plan", "--infra"])
def test_without_a_terminal_nothing_is_asked(run: Command, missing: str) -> None:
    answers = {flag: value for flag, value in GOOD.items() if flag != missing}

    ended = run("recommend", *(word for pair in answers.items() for word in pair))

    assert (ended.code, ended.out) == (2, "")
    assert missing in ended.err
    assert ended.err.count("\n") == 1


def test_a_closed_standard_input_is_no_terminal() -> None:
    ended = subprocess.run(
        ["/bin/sh", "-c", f"{TOOL} recommend <&-"],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip

    assert ended.returncode == 2
    assert "--volume" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_misspelt_command_is_answered_with_the_nearest(run: Command) -> None:
    ended = run("recomend")

    assert ended.code == 2
    assert "recommend" in ended.err


SPOILED = {
    "gap": (("[1000, 10000)", "[1500, 10000)"), "volume=1000"),
    "overlap": (("[1000, 10000)", "[1000, 10001)"), "volume=10000"),
    "inside": (("[1000, 10000)", "[0, 10000)"), "volume=0"),
    "dead column": (
        ("when: several, simplest: queue", "when: several, simplest: direct"),
        "sources",
    ),
}


def _spoil(folder: Path, old: str, new: str) -> Path:
    text = (DATA / "matrix.yaml").read_text()
    assert old in text
    path = folder / "spoiled.yaml"
    path.write_text(text.replace(old, new))
    return path


@pytest.mark.parametrize("name", SPOILED)
def test_matrix_check_exits_1_with_the_counter_example(
    run: Command, tmp_path: Path, name: str
) -> None:
    (old, new), cell = SPOILED[name]
    _spoil(tmp_path, old, new)

    ended = run("matrix", "check", "spoiled.yaml")

    assert ended.code == 1
    assert cell in ended.out + ended.err
    assert "spoiled.yaml:" in ended.out + ended.err


@pytest.mark.parametrize("name", SPOILED)
def test_recommend_refuses_a_spoiled_matrix_with_exit_2(
    run: Command, tmp_path: Path, name: str
) -> None:
    (old, new), cell = SPOILED[name]
    _spoil(tmp_path, old, new)

    ended = run(*_words(matrix="spoiled.yaml"))

    assert (ended.code, ended.out) == (2, "")
    assert cell in ended.err


def test_an_unknown_rule_id_in_a_matrix_is_named_with_its_line(
    run: Command, tmp_path: Path
) -> None:
    _spoil(tmp_path, "requires: [PLAN-2]", "requires: [PLAN-9]")

    ended = run("matrix", "check", "spoiled.yaml")

    assert ended.code == 1
    assert "unknown rule id PLAN-9" in ended.out + ended.err


def test_a_yaml_bomb_is_refused(run: Command, tmp_path: Path) -> None:
    levels = "\n".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 9))
    (tmp_path / "bomb.yaml").write_text(f"l0: &l0 [x]\n{levels}\n")

    ended = run(*_words(matrix="bomb.yaml"))

    assert ended.code == 2
    assert "bomb.yaml:1:" in ended.err


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    ended = subprocess.run(
        ["/bin/sh", "-c", f"{TOOL} facts | head -n 1"],
        capture_output=True, text=True, check=False, timeout=60, cwd=tmp_path,
    )  # fmt: skip

    assert ended.stderr == ""
