"""When to try again. Pure: the caller supplies attempt number, time and randomness."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime

__all__ = ["RetryPolicy", "parse_retry_after"]


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Full jitter below a ceiling that doubles up to a cap; Retry-After is a floor."""

    base_seconds: float
    cap_seconds: float
    max_retry_after_seconds: float
    max_attempts: int

    def ceiling(self, attempt: int) -> float:
        """Bound the wait after the given attempt, counted from 1."""
        doublings = min(attempt - 1, 62)  # beyond any cap, and far from overflow
        return min(self.cap_seconds, self.base_seconds * 2.0**doublings)

    def delay(
        self, attempt: int, *, jitter: float, retry_after: float | None = None
    ) -> float | None:
        """Seconds to wait after the attempt, or None when it was the last one allowed."""
        if attempt >= self.max_attempts:
            return None
        return max(self.floor(retry_after), self.ceiling(attempt) * jitter)

    def floor(self, retry_after: float | None) -> float:
        """As long as Clay asks for, within reason."""
        return min(retry_after or 0.0, self.max_retry_after_seconds)


def parse_retry_after(text: str | None, *, now: float) -> float | None:
    """Read seconds or an HTTP date; anything else, and any negative number, counts as absent."""
    if text is None:
        return None
    seconds = _as_number(text) if _looks_numeric(text) else _as_date(text, now=now)
    if seconds is None or not math.isfinite(seconds) or seconds < 0:
        return None
    return seconds


def _looks_numeric(text: str) -> bool:
    return text.strip().lstrip("+-").replace(".", "", 1).isdecimal()


def _as_number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _as_date(text: str, *, now: float) -> float | None:
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    if moment.tzinfo is None:  # "-0000": the date is UTC and says nothing about the zone
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, moment.timestamp() - now)
