"""Who watches jobs: each end is counted, and what is not as it should be is written down."""

from __future__ import annotations

from typing import Protocol

from leadflow.domain.gate import Refusal, RefusalReason
from leadflow.domain.job_end import Ended
from leadflow.entrypoints.watches import Log

__all__ = ["JobMeters", "JobReporter"]


class JobMeters(Protocol):
    """Counts."""

    def granted(self) -> None:
        """Count a call that the gate allowed, or a job that needed none."""

    def refused(self, reason: str) -> None:
        """Count a refusal by the gate."""

    def job_ended(self, outcome: str, *, seconds: float) -> None:
        """Count one turn of a job."""


class JobReporter:
    """Watches one worker. The log counts what repeats."""

    def __init__(self, meters: JobMeters, log: Log) -> None:
        self._meters, self._log = meters, log

    def ended(self, ended: Ended, *, seconds: float) -> None:
        self._meters.granted()
        self._meters.job_ended(ended.end, seconds=seconds)
        level = "info" if ended.end.is_over else "warning"
        self._log.write(level, "job", outcome=ended.end, reason=ended.reason)

    def refused(self, refusal: Refusal) -> None:
        self._meters.refused(refusal.reason)
        if refusal.reason is not RefusalReason.RATE:  # which is how it should be
            self._log.write("warning", "gate", outcome=refusal.reason, reason=refusal.sentence)

    def warns(self, sentence: str) -> None:
        self._log.write("warning", "queue", reason=sentence)
