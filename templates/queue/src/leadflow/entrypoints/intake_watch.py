"""Who watches intake and relay: everything is counted and, in short, written down.

Identities, outcomes and counts only: what a lead says reaches neither the metrics nor the log.
"""

from __future__ import annotations

from typing import Protocol

from leadflow.entrypoints.intake_terms import IntakeAnswer
from leadflow.entrypoints.watches import Log

__all__ = ["IntakeMeters", "IntakeReporter", "RelayReporter"]

GOOD = frozenset({"taken", "known", "events", "preflight"})


class IntakeMeters(Protocol):
    """Counts."""

    def answered(self, desk: str, answer: IntakeAnswer, *, seconds: float) -> None:
        """Count one answer, and the events it is about."""

    def relayed(self, count: int) -> None:
        """Count jobs that went into the queue."""

    def queue_away(self, *, is_away: bool) -> None:
        """Note whether the queue takes jobs."""


class IntakeReporter:
    """Watches what comes in."""

    def __init__(self, meters: IntakeMeters, log: Log) -> None:
        self._meters, self._log = meters, log

    def answered(self, desk: str, answer: IntakeAnswer, *, seconds: float) -> None:
        self._meters.answered(desk, answer, seconds=seconds)
        self._log.write(
            "info" if answer.outcome in GOOD else "warning",
            "intake",
            desk=desk,
            outcome=answer.outcome,
            lead_id=answer.lead_id,
            reason=answer.reason,
            **(answer.events or {}),
        )

    def failed(self, fault: Exception) -> None:
        self._log.failed("defect", fault)


class RelayReporter:
    """Watches what goes on into the queue."""

    def __init__(self, meters: IntakeMeters, log: Log) -> None:
        self._meters, self._log = meters, log

    def relayed(self, count: int) -> None:
        self._meters.relayed(count)
        self._meters.queue_away(is_away=False)
        self._log.write("info", "relayed", count=count)

    def away(self, sentence: str, *, seconds: float) -> None:
        self._meters.queue_away(is_away=True)
        self._log.write("warning", "relay", reason=sentence, seconds=round(seconds, 3))
