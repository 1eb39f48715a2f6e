"""Numbers, money, spans of time and lists as a person writes them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from clay_arch.report import layout
from clay_arch.report.words import (
    capitalised,
    counted,
    duration,
    listed,
    money,
    number,
    plain_number,
    uncapitalised,
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0, "0"), (12_000, "12,000"), (Decimal("6.50"), "6.5"), (Decimal(10), "10"), (0.5, "0.5")],
)
def test_a_number_has_separators_and_no_idle_zeros(value: Decimal | float, expected: str) -> None:
    assert number(value) == expected


@pytest.mark.parametrize(
    ("dollars", "expected"),
    [
        (Decimal(0), "$0"),
        (Decimal(495), "$495"),
        (Decimal("0.5"), "$0.50"),
        (Decimal("0.495"), "$0.495"),
        (Decimal("0.0023"), "$0.0023"),
        (Decimal("4.9667"), "$4.97"),
        (Decimal("12345.6"), "$12,345.60"),
    ],
)
def test_money_is_as_exact_as_it_is_large(dollars: Decimal, expected: str) -> None:
    assert money(dollars) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, "0 seconds"),
        (1, "1 second"),
        (90, "1 minute 30 seconds"),
        (3600, "1 hour"),
        (90_000, "1 day 1 hour"),
    ],
)
def test_a_span_of_time_is_said_in_its_units(seconds: int, expected: str) -> None:
    assert duration(seconds) == expected


@pytest.mark.parametrize(
    ("items", "expected"),
    [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")],
)
def test_a_list_ends_with_a_conjunction(items: list[str], expected: str) -> None:
    assert listed(items) == expected


def test_one_thing_is_singular() -> None:
    assert counted(1, "lead") == "1 lead"
    assert counted(Decimal("0.5"), "credit") == "0.5 credits"


def test_an_abbreviation_keeps_its_capitals() -> None:
    assert uncapitalised("CRM sync") == "CRM sync"
    assert uncapitalised("Data access") == "data access"
    assert capitalised("clay") == "Clay"


@pytest.mark.parametrize(
    ("value", "expected"), [(Decimal(6), 6), (Decimal("6.67"), 6.67), ("5m", "5m"), (None, None)]
)
def test_a_decimal_becomes_the_number_that_json_knows(value: object, expected: object) -> None:
    plain = plain_number(value)

    assert plain == expected
    assert not isinstance(plain, Decimal)


def test_a_table_wraps_the_widest_column_and_keeps_words_whole() -> None:
    lines = layout.table(("id", "text"), [("plan.growth.credits", "a b " * 30)], 60)

    assert max(map(len, lines)) <= 60
    assert lines[2].startswith("  plan.growth.credits  a b")


def test_a_word_without_end_is_broken_rather_than_overflowing() -> None:
    lines = layout.table(("id", "text"), [("x" * 90, "y" * 90)], 60)

    assert max(map(len, lines)) <= 60


def test_a_long_command_is_continued_at_its_flags() -> None:
    lines = layout.command_lines("clay-arch recommend --volume 12000 --plan free", 40)

    assert lines == ["  clay-arch recommend --volume 12000 \\", "    --plan free"]
