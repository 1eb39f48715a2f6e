"""What the Queue tells Prometheus, in one registry with what Standard tells."""

from __future__ import annotations

import asyncio

from harness.snapshots import AWAY, BUSY
from leadflow.adapters.intake_metrics import IntakeMetrics
from leadflow.adapters.metrics import Metrics
from leadflow.adapters.queue_metrics import QueueMetrics
from leadflow.domain.snapshot import Snapshot


def lines_of(*snapshots: Snapshot) -> list[str]:
    """Scrape once for each, and give what the last scrape said."""
    answers = iter(snapshots)

    async def look() -> Snapshot:
        return next(answers)

    metrics = QueueMetrics(Metrics(), look)
    return [asyncio.run(metrics.text()).decode() for _ in snapshots][-1].splitlines()


def test_what_is_shared_is_looked_up_when_it_is_asked_for() -> None:
    lines = lines_of(BUSY)

    for line in (
        'leadflow_queue_jobs{state="waiting"} 12041.0',
        "leadflow_queue_oldest_seconds 2450.0",
        "leadflow_queue_dead_jobs 3.0",
        'leadflow_gate_state{state="closed"} 1.0',
        'leadflow_gate_state{state="open"} 0.0',
        'leadflow_budget_reserved{period="day",unit="credits"} 48720.0',
        'leadflow_budget_cap{period="month",unit="actions"} 40000.0',
        'leadflow_webhook_used{webhook="77c0"} 41200.0',
        'leadflow_webhook_life{webhook="77c0"} 50000.0',
        "leadflow_outbox_rows 7.0",
        "leadflow_outbox_oldest_seconds 0.4",
        "leadflow_connections_cut_total 0.0",  # Standard's, from the same registry
    ):
        assert line in lines


def test_a_cap_that_is_not_set_is_not_told() -> None:
    assert not [
        line
        for line in lines_of(BUSY)
        if line.startswith('leadflow_budget_cap{period="month",unit="credits"}')
    ]


def test_while_redis_is_away_old_numbers_are_not_told_as_new_ones() -> None:
    lines = lines_of(BUSY, AWAY)

    assert not [line for line in lines if line.startswith("leadflow_queue_jobs{")]
    assert not [line for line in lines if line.startswith("leadflow_budget_reserved{")]
    assert "leadflow_queue_dead_jobs NaN" in lines
    assert "leadflow_queue_oldest_seconds NaN" in lines
    assert 'leadflow_gate_state{state="unreachable"} 1.0' in lines
    assert 'leadflow_gate_state{state="closed"} 0.0' in lines
    assert "leadflow_outbox_rows 310.0" in lines


def test_what_happens_is_counted_where_it_happens() -> None:
    async def look() -> Snapshot:
        return Snapshot(at=0.0)

    base = Metrics()
    metrics = QueueMetrics(base, look)
    IntakeMetrics(base.registry)  # shares it; two of one name would be refused
    metrics.granted()
    metrics.refused("rate")
    metrics.refused("rate")
    metrics.job_ended("sent", seconds=0.3)

    lines = asyncio.run(metrics.text()).decode().splitlines()

    for line in (
        "leadflow_gate_grants_total 1.0",
        'leadflow_gate_refusals_total{reason="rate"} 2.0',
        'leadflow_job_seconds_count{outcome="sent"} 1.0',
        'leadflow_job_seconds_bucket{le="0.5",outcome="sent"} 1.0',
        "leadflow_outbox_rows NaN",
    ):
        assert line in lines
