"""What is counted, and that a store that fails does not hide it."""

from __future__ import annotations

import asyncio

from leadflow.adapters.metrics import Metrics
from leadflow.adapters.sql_depth import Depth
from leadflow.domain.errors import LedgerError
from leadflow.use_cases.receive_callback import CallbackAnswer


def text(metrics: Metrics) -> list[str]:
    return asyncio.run(metrics.text()).decode().splitlines()


def test_depths_are_asked_for_when_they_are_read() -> None:
    answers = [[Depth("crm", "waiting", 3, 12.5)], []]

    async def depths() -> list[Depth]:
        return answers.pop(0)

    metrics = Metrics(depths)
    first, second = text(metrics), text(metrics)

    assert 'leadflow_deliveries{destination="crm",state="waiting"} 3.0' in first
    assert 'leadflow_oldest_delivery_seconds{destination="crm",state="waiting"} 12.5' in first
    assert not [line for line in second if line.startswith("leadflow_deliveries{")]


def test_what_was_counted_is_told_while_the_store_fails() -> None:
    async def depths() -> list[Depth]:
        raise LedgerError("the disk is full")

    metrics = Metrics(depths)
    metrics.answered(CallbackAnswer(429, "not_stored"), seconds=0.1)

    assert 'leadflow_callbacks_total{outcome="not_stored"} 1.0' in text(metrics)


def test_a_callback_is_counted_by_outcome_secret_and_key_and_timed() -> None:
    metrics = Metrics()
    for age_seconds in (0.5, 5, 700_000.0):
        answer = CallbackAnswer(200, "accepted", slot=2, kid="k1", age_seconds=age_seconds)
        metrics.answered(answer, seconds=0.002)

    lines = text(metrics)

    for line in (
        'leadflow_callbacks_total{outcome="accepted"} 3.0',
        'leadflow_secret_used_total{slot="2"} 3.0',
        'leadflow_token_key_used_total{kid="k1"} 3.0',
        'leadflow_callback_age_seconds_bucket{le="1.0"} 1.0',
        'leadflow_callback_age_seconds_bucket{le="5.0"} 2.0',
        'leadflow_callback_age_seconds_bucket{le="604800.0"} 2.0',
        'leadflow_callback_age_seconds_bucket{le="+Inf"} 3.0',
        "leadflow_callback_age_seconds_count 3.0",
        "leadflow_callback_age_seconds_sum 700005.5",
        'leadflow_callback_seconds_bucket{le="0.001"} 0.0',
        'leadflow_callback_seconds_bucket{le="0.0025"} 3.0',
    ):
        assert line in lines


def test_deliveries_calls_and_circuits_are_counted_by_destination() -> None:
    metrics = Metrics()
    metrics.delivered("crm", "delivered", 2)
    metrics.called("crm", seconds=0.2)
    metrics.circuit("crm", is_open=True)
    metrics.cut(4)

    lines = text(metrics)

    for line in (
        'leadflow_delivery_outcomes_total{destination="crm",outcome="delivered"} 2.0',
        'leadflow_call_seconds_count{destination="crm"} 1.0',
        'leadflow_circuit_open{destination="crm"} 1.0',
        "leadflow_connections_cut_total 4.0",
    ):
        assert line in lines


def test_two_do_not_count_together() -> None:
    one, other = Metrics(), Metrics()

    one.cut(1)

    assert "leadflow_connections_cut_total 0.0" in text(other)
