"""Clay's rate limit: one token bucket for the whole workspace. Pure: the caller brings the time."""

from __future__ import annotations

__all__ = ["Pace", "TokenBucket"]


class TokenBucket:
    """Lets `burst` requests through at once and `per_second` on average; None lets all through."""

    def __init__(self, *, per_second: float | None, burst: int) -> None:
        self._per_second = per_second
        self._burst = burst
        self._tokens = float(burst)
        self._counted_at: float | None = None

    def take(self, now: float) -> bool:
        """Take a token; False, and nothing taken, when there is none."""
        if self._per_second is None:
            return True
        elapsed = now - self._counted_at if self._counted_at is not None else 0.0
        self._tokens = min(self._burst, self._tokens + elapsed * self._per_second)
        self._counted_at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


class Pace:
    """Spreads starts evenly: each is at least one interval after the one before."""

    def __init__(self, per_second: float) -> None:
        self._interval = 1 / per_second
        self._next = 0.0

    def reserve(self, now: float) -> float:
        """How many seconds to wait for the start that this call reserves."""
        start = max(now, self._next)
        self._next = start + self._interval
        return start - now
