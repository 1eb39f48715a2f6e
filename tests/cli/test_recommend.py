"""`clay-arch recommend`, as a program and as a person calls it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from clay_arch.load import load_schema

if TYPE_CHECKING:
    from pathlib import Path

    from tests.process import Command

GROWTH = ("--plan", "growth", "--infra", "https,redis")


def _document(run: Command, *words: str) -> dict[str, Any]:
    ended = run("recommend", *words, "--format", "json")
    assert (ended.code, ended.err) == (0, "")
    document: dict[str, Any] = json.loads(ended.out)
    jsonschema.validate(document, load_schema("recommendation"))
    return document


@pytest.mark.parametrize(
    ("volume", "variant"),
    [("999", "direct"), ("1000", "standard"), ("9999", "standard"), ("10000", "queue")],
)
def test_the_bounds_of_the_matrix(run: Command, volume: str, variant: str) -> None:
    document = _document(run, "--volume", volume, *GROWTH)

    assert document["recommendation"]["variant"] == variant
    assert document["recommendation"]["status"] == "ready"
    assert document["today"]["variant"] == variant


def test_what_is_blocked_names_what_runs_today(run: Command) -> None:
    document = _document(run, "--volume", "12000", "--plan", "free", "--infra", "none")

    assert document["recommendation"]["variant"] == "queue"
    assert document["recommendation"]["status"] == "blocked"
    assert (document["today"]["variant"], document["today"]["transport"]) == ("direct", "csv")


def test_the_printed_command_gives_the_same_answer_again(run: Command) -> None:
    words = ("--volume", "150k/month", "--plan", "pro", "--infra", "redis", "--infra", "https")
    needs = ("--several-sources", "--max-latency", "5m", "--credits-per-lead", "0.5", "--own-keys")

    first = _document(run, *words, *needs)
    command = first["command"].split()

    assert command[:2] == ["clay-arch", "recommend"]
    assert _document(run, *command[2:]) == first


def test_flags_win_over_environment_and_environment_over_the_file(
    run: Command, tmp_path: Path
) -> None:
    (tmp_path / "answers.yaml").write_text("volume: 10k\nplan: free\ninfra: none\n")
    words = ("recommend", "--answers", "answers.yaml", "--volume", "5k", "--format", "json")

    ended = run(*words, env={"CLAY_ARCH_VOLUME": "6k", "CLAY_ARCH_PLAN": "growth"})

    inputs = json.loads(ended.out)["inputs"]
    assert inputs["volume"] == 5_000
    assert inputs["plan"] == "growth"
    assert inputs["infra"] == ["none"]


def test_answers_come_from_standard_input(run: Command) -> None:
    answers = '{"volume": 800, "plan": "free", "infra": "none"}'

    ended = run("recommend", "--answers", "-", "--format", "json", stdin=answers)

    assert json.loads(ended.out)["recommendation"]["variant"] == "direct"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--volume", "900/month", "--plan", "growth", "--infra", "none"), 0),
        (("--volume", "5k", "--plan", "free", "--infra", "none"), 3),
        (("--volume", "5k", "--plan", "growth", "--infra", "https"), 3),
    ],
    ids=["feasible", "blocked", "infeasible"],
)
def test_exit_code_tells_blocked_and_infeasible(
    run: Command, words: tuple[str, ...], code: int
) -> None:
    assert run("recommend", *words, "--exit-code").code == code
    assert run("recommend", *words).code == 0


@pytest.mark.parametrize("form", ["text", "json", "markdown", "adr"])
def test_output_goes_whole_into_a_file(run: Command, tmp_path: Path, form: str) -> None:
    words = ("recommend", "--volume", "5k", *GROWTH, "--format", form)

    shown = run(*words)
    ended = run(*words, "--output", "answer")

    assert (ended.code, ended.out) == (0, "")
    assert (tmp_path / "answer").read_text() == shown.out


def test_a_matrix_and_facts_of_ones_own_replace_the_packaged_ones(
    run: Command, tmp_path: Path
) -> None:
    from clay_arch.load import DATA

    matrix = (DATA / "matrix.yaml").read_text()
    matrix = matrix.replace("[0, 1000)", "[0, 500)").replace("[1000, 10000)", "[500, 10000)")
    (tmp_path / "mine.yaml").write_text(matrix)
    facts = (
        (DATA / "facts.yaml")
        .read_text()
        .replace("value: 50000, unit: sub", "value: 600, unit: sub")
    )
    (tmp_path / "facts.yaml").write_text(facts)

    document = _document(
        run, "--volume", "600", *GROWTH, "--matrix", "mine.yaml", "--facts", "facts.yaml"
    )

    assert document["recommendation"]["variant"] == "standard"
    limits = {limit["id"]: limit for limit in document["feasibility"]["limits"]}
    assert limits["webhook_life"]["day"] == 1
    assert "--matrix mine.yaml --facts facts.yaml" in document["command"]


def test_no_colour_without_a_terminal(run: Command) -> None:
    assert "\x1b" not in run("recommend", "--volume", "5k", *GROWTH).out


@pytest.mark.parametrize(
    ("variable", "value", "word"),
    [
        ("CLAY_ARCH_SOURCES", "several", "--several-sources"),
        ("CLAY_ARCH_SOURCES", "one", "--one-source"),
        ("CLAY_ARCH_OWN_KEYS", "yes", "--own-keys"),
        ("CLAY_ARCH_RETRY", "in-app", "--retry in-app"),
        ("CLAY_ARCH_MAX_LATENCY", "5m", "--max-latency 300s"),
    ],
)
def test_every_kind_of_question_is_a_variable_too(
    run: Command, variable: str, value: str, word: str
) -> None:
    words = ("recommend", "--volume", "5k", *GROWTH, "--format", "json")

    assert word in json.loads(run(*words, env={variable: value}).out)["command"]
    wrong = run(*words, env={variable: "perhaps"})
    assert (wrong.code, wrong.err.count("\n")) == (2, 1)
