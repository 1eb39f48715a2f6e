"""Retry, pacing, verdicts, states and the run: tables over the whole space."""

from __future__ import annotations

import itertools
import math
import statistics
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow.domain.ledger import TRANSITIONS, Event, State, next_state
from leadflow.domain.limits import Webhook, choose_webhook, name_webhook
from leadflow.domain.pacing import next_start
from leadflow.domain.retry import RetryPolicy, parse_retry_after
from leadflow.domain.run import FAILURES, Next, Run, after
from leadflow.domain.verdict import Verdict, judge

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC).timestamp()
POLICY = RetryPolicy(base_seconds=1, cap_seconds=60, max_retry_after_seconds=900, max_attempts=10)


@pytest.mark.parametrize(("state", "event"), list(itertools.product(State, Event)))
def test_every_transition_is_in_the_table_or_a_mistake(state: State, event: Event) -> None:
    if (state, event) in TRANSITIONS:
        assert next_state(state, event) is TRANSITIONS[state, event]
    else:
        with pytest.raises(ValueError, match=f"a lead that is {state} cannot be"):
            next_state(state, event)


def test_a_sent_lead_is_never_sent_again() -> None:
    assert not [event for state, event in TRANSITIONS if state is State.SENT]


@pytest.mark.case(2)
def test_the_mean_wait_doubles_up_to_the_cap() -> None:
    jitters = [n / 1000 for n in range(1000)]
    means = [
        statistics.mean(POLICY.delay(attempt, jitter=jitter) or 0 for jitter in jitters)
        for attempt in range(1, 9)
    ]

    assert [round(mean * 2) for mean in means] == [1, 2, 4, 8, 16, 32, 60, 60]


@pytest.mark.case(3)
@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("3", 3.0),
        (" 3 ", 3.0),
        ("86400", 86_400.0),
        ("0", 0.0),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("1e999", None),
        ("nan", None),
        ("9" * 400, None),
        (None, None),
        (format_datetime(datetime.fromtimestamp(NOW + 30, UTC), usegmt=True), 30.0),
        (format_datetime(datetime.fromtimestamp(NOW - 30, UTC), usegmt=True), 0.0),
        ("Mon, 99 Foo 2026 00:00:00 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_or_absent(
    text: str | None, seconds: float | None
) -> None:
    assert parse_retry_after(text, now=NOW) == seconds


@pytest.mark.case(3)
def test_retry_after_is_a_floor_and_is_clamped_to_fifteen_minutes() -> None:
    assert POLICY.delay(1, jitter=0.0, retry_after=3) == 3
    assert POLICY.delay(1, jitter=0.0, retry_after=86_400) == 900
    assert POLICY.delay(10, jitter=0.0, retry_after=3) is None


@given(st.text(max_size=40))
def test_no_retry_after_breaks_the_run(text: str) -> None:
    seconds = parse_retry_after(text, now=NOW)

    assert seconds is None or (math.isfinite(seconds) and seconds >= 0)


@given(st.lists(st.floats(0, 3), min_size=5, max_size=30))
def test_no_second_holds_more_than_four_starts(request_seconds: list[float]) -> None:
    now, starts = 0.0, [0.0]
    for duration in request_seconds:
        now = max(now, starts[-1]) + duration
        starts.append(next_start(previous_start=starts[-1], interval_seconds=0.25, now=now))

    assert all(
        later - earlier > 1 - 1e-9 for earlier, later in zip(starts, starts[4:], strict=False)
    )


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (200, Verdict.ACCEPTED),
        (202, Verdict.ACCEPTED),
        (302, Verdict.REDIRECTED),
        (400, Verdict.LEAD_REFUSED),
        (401, Verdict.URL_OR_TOKEN_WRONG),
        (403, Verdict.WEBHOOK_FULL),
        (404, Verdict.URL_OR_TOKEN_WRONG),
        (413, Verdict.LEAD_REFUSED),
        (429, Verdict.RATE_LIMITED),
        (500, Verdict.SERVER_ERROR),
        (599, Verdict.SERVER_ERROR),
        (999, Verdict.SERVER_ERROR),
    ],
)
def test_every_status_has_a_verdict(status: int, verdict: Verdict) -> None:
    assert judge(status) is verdict


def follow(run: Run, verdict: Verdict) -> Next:
    return after(run, verdict, webhook_id="w", label="...", policy=POLICY, jitter=0.5)


@pytest.mark.parametrize("verdict", [verdict for verdict in Verdict if verdict in FAILURES])
def test_the_fifth_failure_in_a_row_stops_the_run(verdict: Verdict) -> None:
    step = Next(Run())
    for _ in range(4):
        step = follow(step.run, verdict)
        assert step.stop is None

    assert follow(step.run, verdict).stop is not None
    assert follow(follow(step.run, Verdict.ACCEPTED).run, verdict).stop is None


@pytest.mark.parametrize("verdict", [Verdict.RATE_LIMITED, Verdict.LEAD_REFUSED])
def test_what_is_no_failure_of_clay_never_counts_as_one(verdict: Verdict) -> None:
    step = Next(Run(failures=4))
    for _ in range(8):
        step = follow(step.run, verdict)
        assert step.stop is None


def test_webhooks_are_used_in_order_and_never_beyond_their_life() -> None:
    first, second = Webhook("a", "...a", used=50_000), Webhook("b", "...b", used=49_999)

    assert choose_webhook([first, second], life=50_000) == second
    assert choose_webhook([first, second], life=50_000, refused={"b"}) is None


def test_a_webhook_is_named_without_telling_its_url() -> None:
    webhook = name_webhook("https://api.clay.com/v3/sources/webhook/secret-a1b2")

    assert webhook.label == "...a1b2"
    assert "secret" not in repr(webhook)
