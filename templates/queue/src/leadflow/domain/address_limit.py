"""So many submissions from one address, and no more: GCRA, in memory that is bounded.

Of each address one number is kept, its theoretical arrival time: when the next one would be due if
they came evenly. An address whose time has passed is as good as new, and is forgotten.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

__all__ = ["AddressLimit"]

MOST_ADDRESSES = 20_000  # about 4 MB; beyond, the one that has asked least recently is forgotten


@dataclass(slots=True)
class AddressLimit:
    """One submission every `interval_seconds`, and `burst` of them at once."""

    interval_seconds: float
    burst: int
    most_addresses: int = MOST_ADDRESSES
    _due: OrderedDict[str, float] = field(default_factory=OrderedDict)

    def ask(self, address: str, *, now: float) -> float:
        """Return 0 when it may submit, which counts; else the seconds until it may."""
        due = max(self._due.get(address, now), now)
        wait = (due - now) - (self.burst - 1) * self.interval_seconds
        if wait > 0:
            self._due.move_to_end(address)  # it is still at it
            return wait
        self._due[address] = due + self.interval_seconds
        self._due.move_to_end(address)
        self._forget(now)
        return 0.0

    def __len__(self) -> int:
        return len(self._due)

    def _forget(self, now: float) -> None:
        """Let go of the oldest: one that has passed, and any when there are too many."""
        oldest = next(iter(self._due))
        if self._due[oldest] <= now or len(self._due) > self.most_addresses:
            del self._due[oldest]
