"""What queue and gate tell Prometheus, in the registry of adapters/metrics.py.

What is shared by all processes - depths, gate, budget - is looked up when Prometheus comes; every
process tells the same, so a query takes the `max` of it. What a process did itself is counted
where it happens, so a query takes the `sum`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from leadflow.domain.snapshot import GateState, QueueLine, Snapshot

__all__ = ["Base", "QueueMetrics"]

NAN = float("nan")
JOB_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15)


class Base(Protocol):
    """The metrics that are there already."""

    content_type: str
    registry: CollectorRegistry

    async def text(self) -> bytes:
        """Write all that is in the registry."""


class QueueMetrics:
    """Adds to the registry of `base`, and looks before `base` writes."""

    def __init__(self, base: Base, look: Callable[[], Awaitable[Snapshot]]) -> None:
        self._base, self._look, self._registry = base, look, base.registry
        self.content_type = base.content_type
        self._jobs = self._gauge("leadflow_queue_jobs", "Jobs in the queue", "state")
        self._oldest = self._gauge("leadflow_queue_oldest_seconds", "The next job has waited")
        self._dead = self._gauge("leadflow_queue_dead_jobs", "Jobs given up, for a person")
        self._gate = self._gauge("leadflow_gate_state", "1 for the state it is in", "state")
        self._reserved = self._gauge(
            "leadflow_budget_reserved", "Reserved of a cap", "unit", "period"
        )
        self._cap = self._gauge("leadflow_budget_cap", "Caps that are set", "unit", "period")
        self._used = self._gauge("leadflow_webhook_used", "Submissions accepted", "webhook")
        self._life = self._gauge("leadflow_webhook_life", "Submissions in its life", "webhook")
        self._outbox = self._gauge("leadflow_outbox_rows", "Jobs the queue does not have yet")
        self._outbox_age = self._gauge("leadflow_outbox_oldest_seconds", "Age of the oldest")
        self._grants = self._counter("leadflow_gate_grants", "Calls the gate allowed")
        self._refusals = self._counter("leadflow_gate_refusals", "Calls not allowed", "reason")
        self._seconds = Histogram(
            "leadflow_job_seconds",
            "Jobs, from taken to ended",
            ("outcome",),
            buckets=JOB_BUCKETS,
            registry=self._registry,
        )

    def granted(self) -> None:
        """Count a leave."""
        self._grants.inc()

    def refused(self, reason: str) -> None:
        """Count a refusal by the gate."""
        self._refusals.labels(reason).inc()

    def job_ended(self, outcome: str, *, seconds: float) -> None:
        """Count one run of a job."""
        self._seconds.labels(outcome).observe(seconds)

    async def text(self) -> bytes:
        """Look, then write everything as Prometheus reads it."""
        self._show(await self._look())
        return await self._base.text()

    def _show(self, snapshot: Snapshot) -> None:
        for gauge in (self._jobs, self._reserved, self._cap, self._used, self._life, self._gate):
            gauge.clear()
        self._show_queue(snapshot.queue)
        for state in GateState:
            is_it = snapshot.gate is not None and snapshot.gate.state is state
            self._gate.labels(state).set(is_it)
        for line in snapshot.budget:
            self._reserved.labels(line.unit, line.span).set(line.reserved)
            if line.cap is not None:
                self._cap.labels(line.unit, line.span).set(line.cap)
        for webhook in snapshot.webhooks:
            self._used.labels(webhook.label).set(webhook.used)
            self._life.labels(webhook.label).set(webhook.life)
        rows, oldest = snapshot.outbox or (NAN, NAN)
        self._outbox.set(rows)
        self._outbox_age.set(oldest or 0.0)

    def _show_queue(self, queue: QueueLine | None) -> None:
        """What nobody can tell is NaN, which no alert takes for a zero."""
        jobs, oldest, dead = queue or QueueLine({}, NAN, 0)
        for state, count in jobs.items():
            self._jobs.labels(state).set(count)
        self._oldest.set(oldest or 0.0)
        self._dead.set(dead if queue else NAN)

    def _gauge(self, name: str, help_: str, *labels: str) -> Gauge:
        return Gauge(name, help_, labels, registry=self._registry)

    def _counter(self, name: str, help_: str, *labels: str) -> Counter:
        return Counter(name, help_, labels, registry=self._registry)
