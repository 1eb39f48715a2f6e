"""The breaker: its transitions as a table, its promises as laws over any history."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow.domain.circuit_breaker import BreakerRules, BreakerState, CircuitBreaker

CLOSED, OPEN, HALF_OPEN = BreakerState.CLOSED, BreakerState.OPEN, BreakerState.HALF_OPEN
RULES = BreakerRules(
    failures_in_a_row=5,
    failing_share=0.5,
    fewest_calls=20,
    window_seconds=10,
    open_seconds=30,
    longest_open_seconds=600,
    jitter_share=0.2,
    good_probes=2,
    probe_seconds=120,
)
NEW = CircuitBreaker(rules=RULES)
T0 = 1_000.0


def failed(breaker: CircuitBreaker, *, times: int, now: float = T0) -> CircuitBreaker:
    for _ in range(times):
        breaker = breaker.on_failure(now, 0.0)
    return breaker


def admitted(breaker: CircuitBreaker, now: float) -> CircuitBreaker:
    may_call, after = breaker.admit(now)
    assert may_call
    return after


OPENED = failed(NEW, times=5)
PROBING = admitted(OPENED, T0 + 30)
PROBED = PROBING.on_success(T0 + 31)


@pytest.mark.parametrize(
    ("breaker", "state"),
    [
        pytest.param(NEW, CLOSED, id="new"),
        pytest.param(failed(NEW, times=4), CLOSED, id="4 failures in a row"),
        pytest.param(OPENED, OPEN, id="5 failures in a row"),
        pytest.param(
            failed(failed(NEW, times=4).on_success(T0), times=4), CLOSED, id="4, a success, 4"
        ),
        pytest.param(OPENED.admit(T0 + 29.9)[1], OPEN, id="asked too early"),
        pytest.param(PROBING, HALF_OPEN, id="the wait has passed"),
        pytest.param(PROBED, HALF_OPEN, id="one good probe"),
        pytest.param(admitted(PROBED, T0 + 31).on_success(T0 + 32), CLOSED, id="two good probes"),
        pytest.param(PROBING.on_failure(T0 + 31, 0.0), OPEN, id="a bad probe"),
        pytest.param(admitted(PROBED, T0 + 31).on_failure(T0 + 32, 0.0), OPEN, id="good, then bad"),
        pytest.param(OPENED.on_success(T0 + 1), OPEN, id="a late success"),
        pytest.param(OPENED.on_failure(T0 + 1, 0.0), OPEN, id="a late failure"),
    ],
)
def test_the_breaker_is_in_this_state_after_that(
    breaker: CircuitBreaker, state: BreakerState
) -> None:
    assert breaker.state is state


@pytest.mark.parametrize(
    ("breaker", "now", "may_call"),
    [
        pytest.param(NEW, T0, True, id="closed"),
        pytest.param(OPENED, T0, False, id="open"),
        pytest.param(OPENED, T0 + 29.9, False, id="open, too early"),
        pytest.param(OPENED, T0 + 30, True, id="open, the wait has passed"),
        pytest.param(PROBING, T0 + 31, False, id="a probe is on its way"),
        pytest.param(PROBING, T0 + 149.9, False, id="the probe is slow"),
        pytest.param(PROBING, T0 + 150, True, id="the probe never reported"),
        pytest.param(PROBED, T0 + 31, True, id="the probe was good"),
    ],
)
def test_a_call_is_admitted_or_not(
    breaker: CircuitBreaker,
    now: float,
    may_call: bool,  # noqa: FBT001 - a column
) -> None:
    answer, after = breaker.admit(now)

    assert answer is may_call
    assert may_call or after == breaker


def test_two_good_probes_forget_everything() -> None:
    closed = admitted(PROBED, T0 + 31).on_success(T0 + 32)

    assert closed == CircuitBreaker(rules=RULES, generation=closed.generation)
    assert failed(closed, times=4, now=T0 + 32).state is CLOSED


def openings(jitter: float) -> list[float]:
    """Let every probe fail, and list how long the breaker stays open."""
    breaker, now, waits = NEW, T0, []
    for _ in range(5):
        breaker = breaker.on_failure(now, jitter)
    for _ in range(70):
        assert breaker.opens_again_at is not None
        waits.append(breaker.opens_again_at - now)
        now = breaker.opens_again_at
        breaker = admitted(breaker, now).on_failure(now, jitter)
    return waits


def test_the_breaker_stays_open_twice_as_long_each_time_up_to_ten_minutes() -> None:
    assert openings(0.0)[:7] == [30, 60, 120, 240, 480, 600, 600]
    assert set(openings(0.0)[7:]) == {600}


def test_jitter_shortens_the_wait_by_up_to_a_fifth() -> None:
    assert openings(0.999)[0] == pytest.approx(24, abs=0.1)
    assert openings(0.5)[5] == pytest.approx(540, abs=0.1)


def run(outcomes: Iterable[bool], *, per_second: float) -> CircuitBreaker:
    breaker = NEW
    for number, is_good in enumerate(outcomes):
        now = T0 + number / per_second
        breaker = breaker.on_success(now) if is_good else breaker.on_failure(now, 0.0)
    return breaker


@pytest.mark.case(20)
@pytest.mark.parametrize("per_second", [2.5, 4, 10, 100])
@pytest.mark.parametrize("phase", range(5))
def test_two_of_five_failing_never_opens_and_three_of_five_do(
    per_second: float, phase: int
) -> None:
    two_of_five = itertools.islice(itertools.cycle([False, True, False, True, True]), phase, 500)
    three_of_five = itertools.islice(
        itertools.cycle([True, False, False, True, False]), phase, phase + int(10 * per_second)
    )

    assert run(two_of_five, per_second=per_second).state is CLOSED
    assert run(three_of_five, per_second=per_second).state is OPEN


def test_half_of_twenty_is_too_much_and_half_of_nineteen_is_not_yet() -> None:
    half = run([True, False] * 9, per_second=100)

    assert half.on_failure(T0, 0.0).state is CLOSED
    assert half.on_success(T0).on_failure(T0, 0.0).state is OPEN


@pytest.mark.parametrize(("seconds", "state"), [(9, OPEN), (10, CLOSED)])
def test_a_failure_counts_for_ten_seconds(seconds: float, state: BreakerState) -> None:
    breaker = run([False, False, True] * 6, per_second=100)  # 12 of 18

    assert failed(breaker, times=2, now=T0 + seconds).state is state


@pytest.mark.case(19)
def test_a_result_from_before_a_change_of_state_changes_nothing() -> None:
    for late in (NEW.generation, OPENED.generation):
        assert PROBING.on_failure(T0 + 31, 0.0, generation=late) == PROBING
        assert PROBING.on_success(T0 + 31, generation=late) == PROBING
    closed = admitted(PROBED, T0 + 31).on_success(T0 + 32)
    assert closed.on_failure(T0 + 33, 0.0, generation=PROBING.generation) == closed


@pytest.mark.case(18)
def test_a_probe_that_was_given_up_no_longer_counts() -> None:
    second = admitted(PROBING, T0 + 150)

    assert second.on_failure(T0 + 151, 0.0, generation=PROBING.generation) == second
    assert second.on_success(T0 + 151, generation=PROBING.generation) == second


STEPS = st.lists(
    st.tuples(st.sampled_from(["call", "good", "bad"]), st.floats(0, 40), st.floats(0, 0.99)),
    max_size=120,
)


@given(STEPS)
def test_whatever_happens_an_open_breaker_admits_nothing_and_a_half_open_one_probe(
    steps: list[tuple[str, float, float]],
) -> None:
    breaker, now, in_flight = NEW, T0, list[int]()
    for step, seconds, jitter in steps:
        now += seconds
        before = breaker
        if step == "call":
            may_call, breaker = breaker.admit(now)
            if before.opens_again_at is not None and now < before.opens_again_at:
                assert not may_call
                assert breaker == before
            if may_call:
                in_flight.append(breaker.generation)
        elif in_flight:
            generation = in_flight.pop(0)
            if step == "good":
                breaker = breaker.on_success(now, generation=generation)
            else:
                breaker = breaker.on_failure(now, jitter, generation=generation)
        if breaker.state is HALF_OPEN:
            assert in_flight.count(breaker.generation) <= 1
        assert breaker.generation >= before.generation
        assert (breaker.state is before.state) or breaker.generation > before.generation
        assert len(breaker.recent.seconds) <= RULES.window_seconds


@given(STEPS)
def test_the_breaker_always_closes_again_once_the_destination_is_well(
    steps: list[tuple[str, float, float]],
) -> None:
    breaker, now = NEW, T0
    for step, seconds, jitter in steps:
        now += seconds
        breaker = breaker.admit(now)[1] if step == "call" else breaker.on_failure(now, jitter)

    for _ in range(3):
        now = max(now, breaker.opens_again_at or 0.0)
        breaker = admitted(breaker, now).on_success(now)

    assert breaker.state is CLOSED
