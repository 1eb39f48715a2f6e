"""Retries may add at most a tenth to the load of something that is already failing.

A retry costs ten tokens and a success gives one back; a full quota holds fifty retries. So however
many fail at once, retries stay within 10 % of the first tries, and 50.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

__all__ = ["RetryQuota"]

FULL = 500
RETRY_COSTS = 10
SUCCESS_GIVES = 1


@dataclass(frozen=True, slots=True)
class RetryQuota:
    """What is left for retries. Whole tokens: tenths of a float do not add up."""

    tokens: int = FULL

    def spend(self) -> tuple[bool, RetryQuota]:
        """Take a retry out of the quota; False, and nothing taken, when there is none left."""
        if self.tokens < RETRY_COSTS:
            return False, self
        return True, replace(self, tokens=self.tokens - RETRY_COSTS)

    def on_success(self) -> RetryQuota:
        """Give a tenth of a retry back, up to a full quota."""
        return replace(self, tokens=min(FULL, self.tokens + SUCCESS_GIVES))
