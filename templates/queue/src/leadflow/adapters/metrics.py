"""What is counted, for Prometheus: a registry of our own, and nothing personal in any label."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
)
from prometheus_client import generate_latest as expose

from leadflow.adapters.sql_depth import Depth
from leadflow.adapters.tally import CallbackTally
from leadflow.domain.errors import LedgerError

__all__ = ["Metrics"]

TIME_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5)


async def _nothing() -> Sequence[Depth]:
    return ()


class Metrics:
    """Counters that the endpoint feeds; depths are asked for when Prometheus comes."""

    content_type = CONTENT_TYPE_LATEST

    def __init__(self, depths: Callable[[], Awaitable[Sequence[Depth]]] = _nothing) -> None:
        # When a counter was made is of no use to anybody.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._depths = depths
        self.registry = CollectorRegistry()
        callbacks = CallbackTally(TIME_BUCKETS)
        self.registry.register(callbacks)
        self.answered = callbacks.answered
        self._cut = self._counter("leadflow_connections_cut", "Connections cut as too slow")
        self._outcomes = self._counter(
            "leadflow_delivery_outcomes", "Deliveries attempted", "destination", "outcome"
        )
        self._calls = self._histogram(
            "leadflow_call_seconds", "Calls to destinations", TIME_BUCKETS, "destination"
        )
        self._open = self._gauge("leadflow_circuit_open", "1 while left alone", "destination")
        self._count = self._gauge("leadflow_deliveries", "Deliveries", "destination", "state")
        self._oldest = self._gauge(
            "leadflow_oldest_delivery_seconds", "Age of the oldest", "destination", "state"
        )

    def cut(self, count: int) -> None:
        """Count connections that were cut because their request was overdue."""
        self._cut.inc(count)

    def delivered(self, destination: str, outcome: str, count: int) -> None:
        """Count what became of deliveries."""
        self._outcomes.labels(destination, outcome).inc(count)

    def called(self, destination: str, *, seconds: float) -> None:
        """Count one call to a destination."""
        self._calls.labels(destination).observe(seconds)

    def circuit(self, destination: str, *, is_open: bool) -> None:
        """Note whether a destination is left alone, because it fails."""
        self._open.labels(destination).set(is_open)

    async def text(self) -> bytes:
        """Write everything as Prometheus reads it."""
        depths: Sequence[Depth] = ()
        with suppress(LedgerError):  # what was counted can be told even then
            depths = await self._depths()
        self._count.clear()
        self._oldest.clear()
        for depth in depths:
            self._count.labels(depth.destination, depth.state).set(depth.deliveries)
            self._oldest.labels(depth.destination, depth.state).set(depth.oldest_seconds)
        return expose(self.registry)

    def _counter(self, name: str, help_: str, *labels: str) -> Counter:
        return Counter(name, help_, labels, registry=self.registry)

    def _gauge(self, name: str, help_: str, *labels: str) -> Gauge:
        return Gauge(name, help_, labels, registry=self.registry)

    def _histogram(
        self, name: str, help_: str, buckets: Sequence[float], *labels: str
    ) -> Histogram:
        return Histogram(name, help_, labels, buckets=buckets, registry=self.registry)
