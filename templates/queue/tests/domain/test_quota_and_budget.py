"""What bounds retries, and what bounds credits."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow.domain.credit_budget import Caps, Cost, exceeded, periods
from leadflow.domain.retry_quota import RetryQuota


@given(st.lists(st.booleans(), max_size=600))
def test_retries_stay_within_a_tenth_of_the_first_tries_and_fifty(attempts: list[bool]) -> None:
    quota, retries = RetryQuota(), 0
    for first_tries, is_good in enumerate(attempts, start=1):
        while not is_good:
            may_retry, quota = quota.spend()
            if not may_retry:
                break
            retries += 1
        quota = quota.on_success() if is_good else quota

        assert retries <= first_tries / 10 + 50


def test_an_empty_quota_gives_nothing_and_stays_as_it_is() -> None:
    quota = RetryQuota(tokens=9)

    assert quota.spend() == (False, quota)
    assert quota.on_success().spend() == (True, RetryQuota(tokens=0))


def test_a_long_good_time_does_not_pay_for_a_storm() -> None:
    quota = RetryQuota()
    for _ in range(10_000):
        quota = quota.on_success()

    assert quota == RetryQuota()


@pytest.mark.case(28)
@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(2026, 11, 23, 12, tzinfo=UTC), ("2026-11-23", "2026-11")),
        (datetime(2026, 12, 31, 23, 59, 59, 900_000, tzinfo=UTC), ("2026-12-31", "2026-12")),
        (datetime(2027, 1, 1, tzinfo=UTC), ("2027-01-01", "2027-01")),
    ],
    ids=str,
)
def test_days_and_months_begin_at_midnight_utc(moment: datetime, expected: tuple[str, str]) -> None:
    assert periods(moment.timestamp()) == expected


NOTHING = Cost(0, 0)
LEAD = Cost(6, 4)


@pytest.mark.parametrize(
    ("caps", "day", "month", "sentence"),
    [
        pytest.param(Caps(), Cost(10**9, 10**9), Cost(10**9, 10**9), None, id="no cap"),
        pytest.param(Caps(daily_credits=12), Cost(6, 0), NOTHING, None, id="exactly full"),
        pytest.param(Caps(daily_credits=11), Cost(6, 0), NOTHING, "DAILY_CREDIT_CAP", id="day"),
        pytest.param(
            Caps(monthly_credits=11), NOTHING, Cost(6, 0), "MONTHLY_CREDIT_CAP", id="month"
        ),
        pytest.param(Caps(daily_actions=7), Cost(0, 4), NOTHING, "DAILY_ACTION_CAP", id="actions"),
        pytest.param(
            Caps(monthly_actions=7), NOTHING, Cost(0, 4), "MONTHLY_ACTION_CAP", id="month's actions"
        ),
        pytest.param(Caps(daily_credits=0), NOTHING, NOTHING, "DAILY_CREDIT_CAP", id="a cap of 0"),
    ],
)
def test_the_cap_that_one_more_lead_would_go_over_is_named(
    caps: Caps, day: Cost, month: Cost, sentence: str | None
) -> None:
    found = exceeded(caps, LEAD, day=day, month=month)

    assert found is None if sentence is None else sentence in str(found)


def test_the_sentence_says_what_is_full_until_when_and_what_to_do() -> None:
    caps = Caps(daily_credits=12, monthly_actions=1_500)

    assert exceeded(caps, LEAD, day=Cost(6.5, 0), month=NOTHING) == (
        "DAILY_CREDIT_CAP is reached: 6.5 of 12 credits are reserved, and a lead needs 6; "
        "nothing is lost: raise it, or run the same command again after midnight (UTC)"
    )
    assert exceeded(caps, LEAD, day=NOTHING, month=Cost(0, 1_500)) == (
        "MONTHLY_ACTION_CAP is reached: 1,500 of 1,500 actions are reserved, and a lead needs 4; "
        "nothing is lost: raise it, or run the same command again after the end of the month (UTC)"
    )


def test_tenths_of_a_credit_add_up() -> None:
    tenths = Cost(0.1 + 0.1, 0)

    assert exceeded(Caps(daily_credits=0.3), Cost(0.1, 0), day=tenths, month=tenths) is None
    assert exceeded(Caps(daily_credits=0.3), Cost(0.101, 0), day=tenths, month=tenths)


@given(cap=st.integers(0, 1_000), cost=st.integers(0, 50), leads=st.integers(0, 100))
def test_never_is_more_reserved_than_the_cap(cap: int, cost: int, leads: int) -> None:
    used = Cost(0, 0)
    for _ in range(leads):
        if exceeded(Caps(daily_credits=cap), Cost(cost, 0), day=used, month=used) is None:
            used = Cost(used.credits + cost, 0)

    assert used.credits <= cap
