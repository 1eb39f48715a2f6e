"""Variables and files of answers: read in one place, and blamed by their own name."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.process import Command

WORDS = ("recommend", "--volume", "5k", "--plan", "growth", "--infra", "https")


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("CLAY_ARCH_VOLUME", "lots"),
        ("CLAY_ARCH_PLAN", "gold"),
        ("CLAY_ARCH_INFRA", "https, kafka"),
        ("CLAY_ARCH_SOURCES", "two"),
        ("CLAY_ARCH_OWN_KEYS", "perhaps"),
        ("CLAY_ARCH_MONTHLY_CREDITS", "1e9"),
        ("CLAY_ARCH_ANSWERS", "nowhere.yaml"),
    ],
)
def test_a_mistake_in_a_variable_names_the_variable(
    run: Command, variable: str, value: str
) -> None:
    ended = run("recommend", env={variable: value})

    assert (ended.code, ended.err.count("\n")) == (2, 1)
    assert ended.err.startswith(f"Error: {variable}: ")


def test_a_mistake_in_a_variable_does_not_matter_where_the_flag_is_given(run: Command) -> None:
    env = {"CLAY_ARCH_VOLUME": "lots", "CLAY_ARCH_PLAN": "gold", "CLAY_ARCH_INFRA": "kafka"}

    assert run(*WORDS, env=env).out == run(*WORDS).out


@pytest.mark.parametrize("written", ["https, redis", "https,redis", " redis ,https"])
def test_infrastructure_in_a_variable_is_separated_by_commas(run: Command, written: str) -> None:
    words = ("recommend", "--volume", "5k", "--plan", "growth", "--format", "json")

    ended = run(*words, env={"CLAY_ARCH_INFRA": written})

    assert json.loads(ended.out)["inputs"]["infra"] == ["https", "redis"]


@pytest.mark.parametrize("command", ["recommend", "compare", "new"])
def test_help_says_that_every_question_is_a_variable(run: Command, command: str) -> None:
    assert "CLAY_ARCH_VOLUME" in run(command, "--help").out


@pytest.mark.parametrize("written", ["1_0", "1e3", "\uff16", "+6", "6.", "0.005", "10001"])
def test_credits_are_ascii_digits_only(run: Command, written: str) -> None:
    ended = run(*WORDS, "--credits-per-lead", written)

    assert (ended.code, ended.err.count("\n")) == (2, 1)
    assert "--credits-per-lead" in ended.err
