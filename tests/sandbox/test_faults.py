"""Trouble on demand: how a fault is written, when it strikes, what it does to an answer."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import pytest

from clay_arch.sandbox import Fault, FaultKind, parse_fault
from clay_arch.sandbox.faults import ArmedFaults

if TYPE_CHECKING:
    from tests.sandbox.conftest import Post, Start


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            "429,count=5,retry_after=3",
            {"kind": "answer", "status": 429, "count": 5, "retry_after": "3"},
        ),
        (
            "302,location=http://10.0.0.1/x",
            {"kind": "answer", "status": 302, "location": "http://10.0.0.1/x"},
        ),
        (
            "accept_then_reset, count=1, after=10",
            {"kind": "accept_then_reset", "count": 1, "after": 10},
        ),
        ("latency,seconds=0.5", {"kind": "latency", "seconds": 0.5}),
        ("answer,status=500", {"kind": "answer", "status": 500}),
    ],
)
def test_a_fault_is_written_as_a_kind_and_settings(text: str, fault: dict[str, object]) -> None:
    assert parse_fault(text) == Fault(**fault)  # type: ignore[arg-type] # as JSON has it


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("explode", "'explode' is not a valid FaultKind"),
        ("429,often=yes", "'often=yes' is none of after, count"),
        ("429,count", "written name=value"),
        ("429,count=x", "invalid literal"),
        ("429,count=-1", "count=-1"),
        ("latency,seconds=-1", "must be 0 or more"),
        ("42", "status=42"),
    ],
)
def test_a_fault_that_cannot_be_read_says_why(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        parse_fault(text)


def test_a_fault_lets_pass_then_strikes_its_count_then_is_over() -> None:
    faults = ArmedFaults((parse_fault("503,after=2,count=3"),))

    struck = [faults.take(FaultKind.ANSWER) is not None for _ in range(7)]

    assert struck == [False, False, True, True, True, False, False]
    assert faults.left() == []


def test_a_fault_without_a_count_strikes_until_it_is_cleared(start: Start, post: Post) -> None:
    clay = start(faults=(parse_fault("503"),))

    broken = [post(clay.webhook_urls[0]).status_code for _ in range(3)]
    clay.control.set_faults()

    assert broken == [503, 503, 503]
    assert post(clay.webhook_urls[0]).status_code == 200


def test_faults_of_a_kind_strike_one_after_another(start: Start, post: Post) -> None:
    clay = start(faults=(parse_fault("429,count=1"), parse_fault("500,count=1")))

    assert [post(clay.webhook_urls[0]).status_code for _ in range(3)] == [429, 500, 200]


@pytest.mark.parametrize("status", [401, 403, 404, 500, 503, 599])
def test_an_answer_fault_makes_no_row(start: Start, post: Post, status: int) -> None:
    clay = start(faults=(Fault(kind=FaultKind.ANSWER, status=status, count=1),))

    answer = post(clay.webhook_urls[0])

    state = clay.control.state()
    assert answer.status_code == status
    assert (state["rows"]["made"], state["webhooks"][0]["accepted"]) == (0, 0)
    assert clay.control.arrivals()[0]["why"] == f"fault {status}"


def test_a_redirect_fault_names_the_address(start: Start, post: Post) -> None:
    clay = start(faults=(parse_fault("302,location=http://169.254.169.254/"),))

    answer = post(clay.webhook_urls[0])

    assert (answer.status_code, answer.headers["Location"]) == (302, "http://169.254.169.254/")


def test_retry_after_can_be_a_date_in_the_near_future(start: Start, post: Post) -> None:
    clay = start(faults=(parse_fault("429,retry_after=date+30"),))

    answer = post(clay.webhook_urls[0])

    then = parsedate_to_datetime(answer.headers["Retry-After"])
    assert 28 <= (then - datetime.now(UTC)).total_seconds() <= 30


def test_latency_comes_before_the_answer(start: Start, post: Post) -> None:
    clay = start(faults=(parse_fault("latency,seconds=0.2,count=1"),))
    began = time.monotonic()

    answer = post(clay.webhook_urls[0])

    assert answer.status_code == 200
    assert time.monotonic() - began >= 0.2


def test_table_full_turns_rows_away_for_a_while(start: Start, post: Post) -> None:
    clay = start(faults=(parse_fault("table_full,count=1"),))

    for _ in range(2):
        post(clay.webhook_urls[0])

    assert clay.control.state()["rows"] == {
        "made": 1,
        "in_table": 1,
        "duplicates": 0,
        "turned_away": 1,
    }


def test_faults_are_set_live_and_a_wrong_one_changes_nothing(start: Start, post: Post) -> None:
    clay = start()
    clay.control.set_faults(parse_fault("503,count=1"), "401,count=1")

    with pytest.raises(ValueError, match="explode"):
        clay.control.set_faults("explode")

    assert [post(clay.webhook_urls[0]).status_code for _ in range(3)] == [503, 401, 200]
