"""How a call to Clay ended, and what that tells the circuit breaker."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["CallEnd", "Feed"]


class Feed(StrEnum):
    """What the breaker learns from an end."""

    GOOD = "good"
    BAD = "bad"
    FREE = "free"  # a probe that was not made: its place is free for another
    NONE = "none"


class CallEnd(StrEnum):
    """How a call ended, as far as the gate is concerned."""

    ACCEPTED = "accepted"
    REFUSED = "refused"  # 4xx
    BROKEN = "broken"  # 5xx, 3xx: Clay may have the lead
    LOST = "lost"  # no answer: likewise
    RATE_LIMITED = "rate limited"  # 429
    UNREACHABLE = "unreachable"  # no connection was made
    WEBHOOK_FULL = "webhook full"  # 403
    UNUSED = "unused"  # no job was there, or its lead needed no call

    @property
    def is_charged(self) -> bool:
        """Clay has the lead or may have it: what was reserved stays taken."""
        return self in {CallEnd.ACCEPTED, CallEnd.BROKEN, CallEnd.LOST}

    def feed(self, *, is_probe: bool) -> Feed:
        """Only Clay's own failures count; to a probe, an answer of any kind is a good one."""
        if self in {CallEnd.BROKEN, CallEnd.LOST, CallEnd.UNREACHABLE}:
            return Feed.BAD
        if self is CallEnd.UNUSED:
            return Feed.FREE if is_probe else Feed.NONE
        return Feed.GOOD if self is CallEnd.ACCEPTED or is_probe else Feed.NONE
