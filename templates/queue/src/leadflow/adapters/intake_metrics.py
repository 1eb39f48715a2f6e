"""What intake and relay count, in the registry that Prometheus reads; no label is personal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

__all__ = ["IntakeMetrics"]

TIME_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5)


class _Answer(Protocol):
    """An answer of intake, as far as it is counted."""

    @property
    def outcome(self) -> str: ...
    @property
    def events(self) -> Mapping[str, int] | None: ...


class IntakeMetrics:
    """Counters that the desks and the relay feed."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._answers = Counter(
            "leadflow_intake", "Requests to intake", ["desk", "outcome"], registry=registry
        )
        self._events = Counter(
            "leadflow_crm_events", "Events of a CRM", ["outcome"], registry=registry
        )
        self._time = Histogram(
            "leadflow_intake_seconds",
            "From the head of a request to its answer",
            ["desk"],
            buckets=TIME_BUCKETS,
            registry=registry,
        )
        self._relayed = Counter(
            "leadflow_jobs_relayed", "Jobs put into the queue", registry=registry
        )
        self._away = Gauge(
            "leadflow_queue_away", "1 while the queue takes no jobs", registry=registry
        )

    def answered(self, desk: str, answer: _Answer, *, seconds: float) -> None:
        """Count one answer, and the events it is about."""
        self._answers.labels(desk, answer.outcome).inc()
        self._time.labels(desk).observe(seconds)
        for outcome, count in (answer.events or {}).items():
            self._events.labels(outcome).inc(count)

    def relayed(self, count: int) -> None:
        """Count jobs that went into the queue."""
        self._relayed.inc(count)

    def queue_away(self, *, is_away: bool) -> None:
        """Note whether the queue takes jobs."""
        self._away.set(is_away)
