"""10 requests a second, 20 at once, over all sources of a workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clay_arch.sandbox import LIMITS, Fault, FaultKind
from clay_arch.sandbox.rate import Pace, TokenBucket

if TYPE_CHECKING:
    from tests.sandbox.conftest import Post, Start

TOO_MANY = (
    '{"type":"TooManyRequests","message":"Too many requests. Wait a bit and retry.","details":null}'
)


def clay_bucket() -> TokenBucket:
    return TokenBucket(per_second=LIMITS.requests_per_second, burst=LIMITS.burst)


@pytest.mark.fact("wire.rate-burst")
def test_20_requests_pass_at_once_and_the_21st_does_not() -> None:
    bucket = clay_bucket()

    taken = [bucket.take(now=0.0) for _ in range(21)]

    assert taken == [True] * 20 + [False]


@pytest.mark.fact("wire.rate")
def test_10_requests_a_second_pass_for_ever_and_11_do_not() -> None:
    steady, eager = clay_bucket(), clay_bucket()

    assert all(steady.take(now=number / 10) for number in range(1000))
    assert not all(eager.take(now=number / 11) for number in range(1000))


@given(st.lists(st.floats(min_value=0, max_value=2, allow_nan=False), max_size=200))
def test_in_no_window_do_more_requests_pass_than_burst_and_rate_allow(gaps: list[float]) -> None:
    bucket, now, passed = clay_bucket(), 0.0, []
    for gap in gaps:
        now += gap
        if bucket.take(now):
            passed.append(now)

    for first, start in enumerate(passed):
        for last in range(first, len(passed)):
            allowed = LIMITS.burst + LIMITS.requests_per_second * (passed[last] - start)
            assert last - first + 1 <= allowed + 1e-6


def test_a_pace_spreads_starts_evenly() -> None:
    pace = Pace(per_second=4)

    waits = [pace.reserve(now=10.0) for _ in range(3)]

    assert waits == [0.0, 0.25, 0.5]


@pytest.mark.fact("wire.too-many-requests")
def test_429_has_the_documented_body_and_retry_after_and_drops_the_record(
    start: Start, post: Post
) -> None:
    clay = start(burst=1)

    first, second = (post(clay.webhook_urls[0]) for _ in range(2))

    assert first.status_code == 200
    assert (second.status_code, second.headers["Retry-After"]) == (429, "1")
    assert second.text == TOO_MANY
    assert clay.control.state()["rows"]["made"] == 1


@pytest.mark.fact("wire.rate")
def test_all_sources_of_a_workspace_share_one_rate(start: Start, post: Post) -> None:
    clay = start(webhooks=2, burst=1)

    answers = [post(url).status_code for url in clay.webhook_urls]

    assert answers == [200, 429]


def test_the_rate_can_be_switched_off(start: Start, post: Post) -> None:
    clay = start(requests_per_second=None, burst=1)

    assert {post(clay.webhook_urls[0]).status_code for _ in range(40)} == {200}


@pytest.mark.fact("wire.too-many-requests")
@pytest.mark.parametrize("given_value", [None, "3", "-5", "soon", "86400"])
def test_a_429_fault_sends_the_retry_after_it_is_given(
    start: Start, post: Post, given_value: str | None
) -> None:
    fault = Fault(kind=FaultKind.ANSWER, status=429, retry_after=given_value)
    clay = start(faults=(fault,))

    answer = post(clay.webhook_urls[0])

    assert (answer.status_code, answer.text) == (429, TOO_MANY)
    assert answer.headers.get("Retry-After") == given_value
