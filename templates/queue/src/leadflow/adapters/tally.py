"""What is counted for every callback, kept as plain numbers until Prometheus asks for them.

prometheus_client takes a lock for each number and looks through the buckets one by one; where one
thread counts, that is a tenth of what a callback costs.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence

from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

from leadflow.use_cases.receive_callback import CallbackAnswer

__all__ = ["CallbackTally"]

AGE_BUCKETS = (1, 5, 15, 60, 300, 900, 3_600, 21_600, 86_400, 604_800)


class CallbackTally(Collector):
    """Answers by outcome, secret and key, and how long they took. For one thread."""

    def __init__(self, time_buckets: Sequence[float]) -> None:
        self._answers: Counter[str] = Counter()
        self._slots: Counter[str] = Counter()
        self._kids: Counter[str] = Counter()
        self._seconds, self._ages = _Buckets(time_buckets), _Buckets(AGE_BUCKETS)

    def answered(self, answer: CallbackAnswer, *, seconds: float) -> None:
        """Count one answer."""
        self._answers[answer.outcome] += 1
        self._seconds.add(seconds)
        if answer.slot is not None:
            self._slots[str(answer.slot)] += 1
        if answer.kid is not None:
            self._kids[answer.kid] += 1
        if answer.age_seconds is not None:
            self._ages.add(answer.age_seconds)

    def collect(self) -> Iterator[Metric]:
        yield _counter("leadflow_callbacks", "Callbacks answered", "outcome", self._answers)
        yield _counter("leadflow_secret_used", "Callbacks, by secret", "slot", self._slots)
        yield _counter("leadflow_token_key_used", "Callbacks, by token key", "kid", self._kids)
        yield self._ages.as_metric(
            "leadflow_callback_age_seconds", "From sending a lead to its callback"
        )
        yield self._seconds.as_metric(
            "leadflow_callback_seconds", "From a callback's head to its answer"
        )


class _Buckets:
    """How many values lie below each bound."""

    def __init__(self, bounds: Sequence[float]) -> None:
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)  # the last is for what lies above all
        self._sum = 0.0

    def add(self, value: float) -> None:
        self._counts[bisect_left(self._bounds, value)] += 1
        self._sum += value

    def as_metric(self, name: str, help_: str) -> Metric:
        total, buckets = 0, []
        for bound, count in zip((*self._bounds, float("inf")), self._counts, strict=True):
            total += count
            buckets.append((floatToGoString(bound), total))  # type: ignore[no-untyped-call]
        return HistogramMetricFamily(name, help_, buckets=buckets, sum_value=self._sum)


def _counter(name: str, help_: str, label: str, counts: Counter[str]) -> Metric:
    family = CounterMetricFamily(name, help_, labels=[label])
    for value, count in counts.items():
        family.add_metric([value], count)
    return family
