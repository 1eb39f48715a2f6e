"""The sandbox's numbers are the toolkit's facts: kept twice because the folder travels alone."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

import clay_arch
from clay_arch.sandbox import SWITCHES
from clay_arch.sandbox.limits import LIMITS_FILE

FACTS_FILE = Path(clay_arch.__file__).parent / "data" / "facts.yaml"
FACTS: dict[str, dict[str, Any]] = {
    fact["id"]: fact for fact in yaml.safe_load(FACTS_FILE.read_text(encoding="utf-8"))["facts"]
}
FILE = tomllib.loads(LIMITS_FILE.read_text(encoding="utf-8"))


def flat(table: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """`{"plan": {"free": {"rows": 1}}}` -> `{"plan.free.rows": 1}`."""
    found: dict[str, Any] = {}
    for key, value in table.items():
        found |= (
            flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {prefix + key: value}
        )
    return found


NUMBERS = flat({key: table for key, table in FILE.items() if key not in {"within", "assumed"}})


@pytest.mark.parametrize("fact", NUMBERS)
def test_a_number_is_the_facts_value(fact: str) -> None:
    assert NUMBERS[fact] == FACTS[fact]["value"]


@pytest.mark.parametrize("fact", FILE["within"])
def test_a_number_within_a_facts_text_belongs_to_a_fact_that_there_is(fact: str) -> None:
    assert fact in FACTS


def test_what_is_assumed_is_stated_nowhere() -> None:
    for name in FILE["assumed"]["legacy"]:
        assert FACTS[f"plan.starter.{name}"]["value"] is None


@pytest.mark.parametrize("fact", SWITCHES)
def test_a_switch_belongs_to_a_fact_that_there_is(fact: str) -> None:
    assert fact in FACTS
