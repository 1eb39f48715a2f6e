"""The laws of flips: nothing changes before the reported value, something does at it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clay_arch.decision.answers import Answers, Volume, parse_latency
from clay_arch.decision.flips import Flip, find_flips
from clay_arch.decision.inputs import numeric_inputs
from clay_arch.decision.rejected import Change
from clay_arch.decision.verdict import Verdict, judge

if TYPE_CHECKING:
    from clay_arch.decision.facts import Facts
    from clay_arch.decision.matrix import Matrix

PLANS = [
    "free",
    "launch",
    "growth",
    "enterprise",
    "starter",
    "explorer",
    "pro",
    "legacy-enterprise",
]
NUMERIC = {
    "volume",
    "max_latency",
    "credits_per_lead",
    "actions_per_lead",
    "monthly_credits",
    "monthly_actions",
}

volumes = st.builds(
    Volume,
    st.one_of(st.integers(1, 20_000), st.sampled_from([33, 34, 999, 1000, 1001, 9999, 10000])),
    st.sampled_from(["day", "month", "year"]),
)
answers = st.builds(
    Answers,
    volume=volumes,
    plan=st.sampled_from(PLANS),
    infrastructure=st.sets(st.sampled_from(["https", "redis"])).map(frozenset),
    data_access=st.sampled_from([None, "csv", "callback"]),
    max_latency=st.sampled_from([None, 1, 59, 60, 3_599, 3_600, 90_000]),
    retry=st.sampled_from([None, "manual", "in-app", "automatic"]),
    crm_sync=st.sampled_from([None, "native", "http"]),
    sources=st.sampled_from([None, "one", "several"]),
    credits_per_lead=st.sampled_from([None, Decimal(0), Decimal("0.5"), Decimal(20)]),
    actions_per_lead=st.sampled_from([None, 0, 1, 12]),
    own_keys=st.booleans(),
    monthly_credits=st.sampled_from([None, 0, 6_000, 1_000_000]),
    monthly_actions=st.sampled_from([None, 0, 40_000, 5_000_000]),
)
laws = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def _aspect(verdict: Verdict, flip: Flip) -> object:
    return verdict.outcome if flip.aspect == "decision" else verdict.feasibility.verdict


def _moved(start: Answers, name: str, value: Any) -> Answers:
    if name in {"https", "redis"}:
        return start._replace(infrastructure=start.infrastructure ^ {name})
    if name == "volume":
        amount = int(str(value).split("/", maxsplit=1)[0])
        return start._replace(volume=start.volume._replace(amount=amount))
    if name == "plan":
        return start.on_plan(value)
    return start.with_value(name, parse_latency(value) if name == "max_latency" else value)


def _grid_point(flip: Flip) -> int:
    if flip.input == "max_latency":
        return parse_latency(str(flip.value))
    if flip.input == "credits_per_lead":
        return int(Decimal(str(flip.value)) * 100)
    return int(str(flip.value).split("/", maxsplit=1)[0])


@laws
@given(start=answers)
def test_the_answer_at_each_flip_differs_and_is_the_one_reported(
    matrix: Matrix, facts: Facts, start: Answers
) -> None:
    here = judge(matrix, facts, start)

    for flip in find_flips(matrix, facts, start):
        if flip.value is not None:
            there = judge(matrix, facts, _moved(start, flip.input, flip.value))
            assert _aspect(there, flip) != _aspect(here, flip)
            assert (there.outcome, there.feasibility.verdict) == (flip.outcome, flip.verdict)


@laws
@given(start=answers, data=st.data())
def test_the_answer_is_constant_up_to_each_numeric_flip(
    matrix: Matrix, facts: Facts, start: Answers, data: st.DataObject
) -> None:
    here = judge(matrix, facts, start)
    grids = {grid.id: grid for grid in numeric_inputs(matrix, facts, start, here)}

    for flip in find_flips(matrix, facts, start):
        grid = grids.get(flip.input)
        if grid and grid.current is not None and flip.value is not None:
            at = _grid_point(flip)
            step = 1 if at > grid.current else -1
            between = data.draw(st.integers(*sorted((grid.current, at - step))))
            for point in (grid.current, between, at - step):
                there = judge(matrix, facts, grid.set_to(start, point))
                assert _aspect(there, flip) == _aspect(here, flip)


@laws
@given(start=answers, data=st.data())
def test_an_input_without_flips_changes_nothing(
    matrix: Matrix, facts: Facts, start: Answers, data: st.DataObject
) -> None:
    here = judge(matrix, facts, start)
    grids = {grid.id: grid for grid in numeric_inputs(matrix, facts, start, here)}

    for flip in find_flips(matrix, facts, start):
        grid = grids.get(flip.input)
        if grid and grid.current is not None and flip.value is None:
            point = data.draw(st.integers(grid.lowest, min(grid.highest, 10**7)))
            there = judge(matrix, facts, grid.set_to(start, point))
            assert (there.outcome, there.feasibility.verdict) == (
                here.outcome,
                here.feasibility.verdict,
            )


@laws
@given(start=answers)
def test_leaving_a_number_open_is_the_same_as_stating_where_it_stands(
    matrix: Matrix, facts: Facts, start: Answers
) -> None:
    here = judge(matrix, facts, start)

    for grid in numeric_inputs(matrix, facts, start, here):
        if grid.current is not None and grid.id != "volume":
            there = judge(matrix, facts, grid.set_to(start, grid.current))
            assert (there.outcome, there.feasibility.verdict) == (
                here.outcome,
                here.feasibility.verdict,
            )


@laws
@given(start=answers, data=st.data())
def test_an_unpublished_allowance_flips_on_both_sides_of_what_is_needed(
    matrix: Matrix, facts: Facts, start: Answers, data: st.DataObject
) -> None:
    here = judge(matrix, facts, start)
    grids = {grid.id: grid for grid in numeric_inputs(matrix, facts, start, here)}

    for name in ("monthly_credits", "monthly_actions"):
        flips = [f for f in find_flips(matrix, facts, start) if f.input == name]
        if grids[name].current is None:
            point = data.draw(st.integers(0, 10**8))
            verdict = judge(matrix, facts, grids[name].set_to(start, point)).feasibility.verdict
            told = {f.verdict for f in flips if f.value is not None}
            assert verdict in told | {here.feasibility.verdict}


@laws
@given(start=answers)
def test_every_input_has_an_entry(matrix: Matrix, facts: Facts, start: Answers) -> None:
    named = {flip.input for flip in find_flips(matrix, facts, start)}

    options = {"plan", "https", "redis", "data_access", "retry", "crm_sync", "sources", "own_keys"}
    assert named == NUMERIC | options


def _only(flips: tuple[Flip, ...], name: str, aspect: str = "decision") -> Flip:
    return next(flip for flip in flips if flip.input == name and flip.aspect == aspect)


def test_forty_more_per_day_and_it_is_queue(matrix: Matrix, facts: Facts) -> None:
    start = Answers(Volume(9_960), "enterprise", frozenset({"https", "redis"}))

    up = [
        flip
        for flip in find_flips(matrix, facts, start)
        if (flip.input, flip.aspect) == ("volume", "decision") and int(str(flip.value)) > 9_960
    ]

    assert [(flip.value, flip.outcome and flip.outcome.variant) for flip in up] == [
        (10_000, "queue")
    ]


def test_an_https_endpoint_changes_nothing_until_the_plan_is_growth(
    matrix: Matrix, facts: Facts
) -> None:
    start = Answers(Volume(5_000), "free", frozenset())

    flips = find_flips(matrix, facts, start)

    https = next(flip for flip in flips if flip.input == "https")
    assert (https.value, https.until) == (None, (Change("plan", "growth"),))


@pytest.mark.parametrize("volume", [Volume(30_000, "month"), Volume(365_000, "year")])
def test_a_flip_is_told_in_the_period_of_the_answer(
    matrix: Matrix, facts: Facts, volume: Volume
) -> None:
    start = Answers(volume, "enterprise", frozenset({"https"}))

    down = _only(find_flips(matrix, facts, start), "volume")

    days = {"month": 30, "year": 365}[volume.period]
    assert down.value == f"{1000 * days - 1}/{volume.period}"
