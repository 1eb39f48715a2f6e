"""How the gate stands, read from what it holds."""

from __future__ import annotations

import pytest

from leadflow.domain.circuit_breaker import BreakerState
from leadflow.domain.credit_budget import Caps, Cost
from leadflow.domain.gate_held import Held, spent
from leadflow.domain.snapshot import BudgetLine, GateLine, GateState, gate_line
from leadflow.domain.standing import Standing

WELL = Held(100.0, "server", Standing({}, {}), frozenset(), epoch="e1")


@pytest.mark.parametrize(
    ("held", "line"),
    [
        pytest.param(None, GateLine(GateState.UNREACHABLE), id="no Redis"),
        pytest.param(WELL, GateLine(GateState.CLOSED), id="well"),
        pytest.param(
            WELL._replace(epoch=""),
            GateLine(GateState.CONDEMNED, detail="it holds no numbers"),
            id="new",
        ),
        pytest.param(
            WELL._replace(condemned="older", isolated="x"),
            GateLine(GateState.CONDEMNED, detail="older"),
            id="restored",
        ),
        pytest.param(
            WELL._replace(isolated="by hand", paused_until=110.0),
            GateLine(GateState.ISOLATED, detail="by hand"),
            id="isolated",
        ),
        pytest.param(
            WELL._replace(paused_until=103.0), GateLine(GateState.PAUSED, 3.0), id="paused"
        ),
        pytest.param(WELL._replace(paused_until=100.0), GateLine(GateState.CLOSED), id="over"),
        pytest.param(
            WELL._replace(breaker=BreakerState.OPEN, open_until=130.0, failures_in_a_row=5),
            GateLine(GateState.OPEN, 30.0, "5 failures in a row"),
            id="open",
        ),
        pytest.param(
            WELL._replace(breaker=BreakerState.OPEN, open_until=100.0),
            GateLine(GateState.HALF_OPEN),
            id="the next one is a probe",
        ),
        pytest.param(
            WELL._replace(breaker=BreakerState.HALF_OPEN),
            GateLine(GateState.HALF_OPEN),
            id="probing",
        ),
    ],
)
def test_the_gate_is_in_one_state(held: Held | None, line: GateLine) -> None:
    assert gate_line(held, mark="e1") == line


@pytest.mark.parametrize(
    ("held", "state"),
    [
        pytest.param(WELL, GateState.SPENT, id="well"),
        pytest.param(
            WELL._replace(breaker=BreakerState.OPEN, open_until=100.0),
            GateState.SPENT,
            id="a probe would be refused as well",
        ),
        pytest.param(
            WELL._replace(breaker=BreakerState.OPEN, open_until=130.0), GateState.OPEN, id="open"
        ),
        pytest.param(WELL._replace(isolated="by hand"), GateState.ISOLATED, id="isolated"),
    ],
)
def test_a_budget_that_is_out_is_named_where_nothing_else_holds_calls_back(
    held: Held, state: GateState
) -> None:
    standing = Standing({"1970-01-01": Cost(6_000, 1), "1970-01": Cost(6_000, 1)}, {})
    counted = held._replace(standing=standing)

    over = [spent(counted, Caps(daily_credits=cap), Cost(6, 1)) for cap in (12, 11)]

    assert over[0] == ""
    assert gate_line(counted, mark="e1", over=over[1]).state is state


def test_numbers_that_the_ledger_does_not_know_are_not_believed() -> None:
    line = gate_line(WELL, mark="e2")

    assert line == GateLine(GateState.CONDEMNED, detail="its numbers are of another time")


def test_before_the_ledger_knows_any_numbers_those_that_are_there_are_shown() -> None:
    assert gate_line(WELL, mark="").state is GateState.CLOSED


def test_what_is_left_of_a_cap_is_never_less_than_nothing() -> None:
    line = BudgetLine("credits", "day", "2026-11-27", 12, 10)

    assert (line.left, line._replace(cap=None).left) == (0.0, None)
