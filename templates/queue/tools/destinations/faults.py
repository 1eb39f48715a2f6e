"""Trouble to order: what a fake does instead of, before or after its work."""

from __future__ import annotations

import threading
from dataclasses import dataclass

__all__ = ["Fault", "Faults"]


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of trouble, for the next `times` requests or, without a number, until healed."""

    status: int | None = None  # answered in place of acting
    times: int | None = None
    latency_seconds: float = 0.0
    acts_first: bool = False  # with a status: acts all the same, then says that
    drops_answer: bool = False  # acts, and cuts the connection before the answer
    retry_after: str | None = None
    location: str | None = None  # of a redirect


HEALTHY = Fault()


class Faults:
    """What is ordered of one fake. Any thread may order."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._fault, self._left = HEALTHY, 0

    def order(self, fault: Fault) -> None:
        with self._guard:
            self._fault, self._left = fault, -1 if fault.times is None else fault.times

    def next(self) -> Fault:
        """Give the fault that the request at hand meets."""
        with self._guard:
            if self._left == 0:
                return HEALTHY
            self._left -= 1 if self._left > 0 else 0
            return self._fault
