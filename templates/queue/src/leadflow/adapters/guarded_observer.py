"""An observer that may fail: what it was told is lost, and the work goes on."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from leadflow.domain.gate import Refusal
from leadflow.domain.job_end import Ended
from leadflow.use_cases.handle_job import JobObserver

__all__ = ["GuardedObserver"]

log = logging.getLogger(__name__)


class GuardedObserver:
    """Passes everything on."""

    def __init__(self, observer: JobObserver) -> None:
        self._observer = observer

    def ended(self, ended: Ended, *, seconds: float) -> None:
        with _guarded():
            self._observer.ended(ended, seconds=seconds)

    def refused(self, refusal: Refusal) -> None:
        with _guarded():
            self._observer.refused(refusal)

    def warns(self, sentence: str) -> None:
        with _guarded():
            self._observer.warns(sentence)


@contextmanager
def _guarded() -> Iterator[None]:
    try:
        yield
    except Exception:
        log.exception("who watches the queue's worker failed")
