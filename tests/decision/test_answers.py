"""How the written forms are read, and what is refused."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clay_arch.decision.answers import Volume, parse_credits, parse_latency, parse_volume
from clay_arch.errors import InputError


@pytest.mark.parametrize(
    ("text", "per_day", "per_month"),
    [
        ("800", 800, 24_000),
        ("5k", 5_000, 150_000),
        ("5K", 5_000, 150_000),
        ("5,000", 5_000, 150_000),
        ("1.5k", 1_500, 45_000),
        ("150k/month", 5_000, 150_000),
        ("1.2m/year", 3_287, 98_631),
        ("10/month", 0, 10),
        ("12 000", 12_000, 360_000),
    ],
)
def test_a_volume_is_read_per_day_and_per_month(text: str, per_day: int, per_month: int) -> None:
    volume = parse_volume(text)

    assert (volume.per_day, volume.per_month) == (per_day, per_month)


@pytest.mark.parametrize(
    "text",
    [
        "0",
        "-5",
        "NaN",
        "inf",
        "1e99",
        "5k/fortnight",
        "",
        "5,00",
        "1.5",
        "٣",
        "9" * 30,
        "2000m",
        "k",
    ],
)
def test_what_is_not_a_volume_is_refused_with_the_remedy(text: str) -> None:
    with pytest.raises(InputError, match=r"write|whole number"):
        parse_volume(text)


@given(st.integers(1, 10**9), st.sampled_from(["day", "month", "year"]))
def test_a_volume_written_out_is_read_as_the_same_volume(amount: int, period: str) -> None:
    volume = Volume(amount, period)

    assert parse_volume(str(volume)) == volume


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("5m", 300), ("2h", 7_200), ("1d", 86_400)]
)
def test_a_latency_is_read_in_seconds(text: str, seconds: int) -> None:
    assert parse_latency(text) == seconds


@pytest.mark.parametrize("text", ["0s", "5", "m", "-5m", "1w", "999d", ""])
def test_what_is_not_a_time_span_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="write"):
        parse_latency(text)


@pytest.mark.parametrize(
    ("text", "expected"), [("6", "6"), ("0.5", "0.5"), ("10", "10"), ("0", "0")]
)
def test_credits_per_lead_are_exact(text: str, expected: str) -> None:
    assert str(parse_credits(text)) == expected
    assert parse_credits(text) == Decimal(expected)


@pytest.mark.parametrize("text", ["-1", "0.001", "NaN", "inf", "six", "1e99", ""])
def test_what_is_not_credits_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="credits per lead"):
        parse_credits(text)
