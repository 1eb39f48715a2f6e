"""Who watches a running server: everything that happens is counted and, in short, written down.

Identities, outcomes and counts only: what a lead says reaches neither the metrics nor the log.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Protocol

from leadflow.domain.delivery import Outcome, OutcomeKind
from leadflow.use_cases.receive_callback import CallbackAnswer

__all__ = ["Log", "Meters", "ReceiverWatch", "WorkerWatch"]

GOOD_ANSWERS = frozenset({"accepted", "duplicate"})


class Log(Protocol):
    """Notes events: identities, codes and counts, never what a lead says."""

    def write(self, level: str, event: str, **details: str | float | None) -> None:
        """Note one event."""

    def lead(self, level: str, event: str, *, outcome: str, reason: str, lead_id: str) -> None:
        """Note what happened to one lead."""

    def failed(self, event: str, fault: BaseException) -> None:
        """Note a fault by its type and place."""


class Meters(Protocol):
    """Counts."""

    def answered(self, answer: CallbackAnswer, *, seconds: float) -> None:
        """Count one answer to a callback."""

    def cut(self, count: int) -> None:
        """Count connections cut for being too slow."""

    def delivered(self, destination: str, outcome: str, count: int) -> None:
        """Count what became of deliveries."""

    def called(self, destination: str, *, seconds: float) -> None:
        """Count one call to a destination."""

    def circuit(self, destination: str, *, is_open: bool) -> None:
        """Note whether a destination is left alone."""


class ReceiverWatch:
    """Watches callbacks and connections."""

    def __init__(self, meters: Meters, log: Log) -> None:
        self._meters, self._log = meters, log

    def answered(self, answer: CallbackAnswer, *, seconds: float) -> None:
        self._meters.answered(answer, seconds=seconds)
        level = "info" if answer.outcome in GOOD_ANSWERS else "warning"
        outcome, reason, lead_id = answer.outcome, answer.reason, answer.lead_id
        if lead_id is None:
            self._log.write(level, "callback", outcome=outcome, reason=reason)
        else:
            self._log.lead(level, "callback", outcome=outcome, reason=reason, lead_id=lead_id)

    def failed(self, fault: Exception) -> None:
        self._log.failed("defect", fault)

    def cut(self, count: int) -> None:
        self._meters.cut(count)
        self._log.write("warning", "connections cut", count=count)


class WorkerWatch:
    """Watches deliveries and circuit breakers."""

    def __init__(self, meters: Meters, log: Log) -> None:
        self._meters, self._log = meters, log

    def handed_over(self, destination: str, outcomes: Sequence[Outcome], *, seconds: float) -> None:
        self._meters.called(destination, seconds=seconds)
        for (kind, reason), count in Counter((each.kind, each.reason) for each in outcomes).items():
            self._meters.delivered(destination, kind.name.lower(), count)
            self._log.write(
                "info" if kind is OutcomeKind.DELIVERED else "warning",
                "delivery",
                destination=destination,
                outcome=kind.name.lower(),
                reason=reason,
                count=count,
            )

    def opened(self, destination: str, reason: str, *, seconds: float) -> None:
        self._meters.circuit(destination, is_open=True)
        self._log.write(
            "warning", "circuit open", destination=destination, reason=reason, seconds=seconds
        )

    def closed(self, destination: str) -> None:
        self._meters.circuit(destination, is_open=False)
        self._log.write("info", "circuit closed", destination=destination)

    def warns(self, sentence: str) -> None:
        self._log.write("warning", "worker", reason=sentence)
