"""The gate before Clay: its words and its rules. What it decides by them is in gate_model.py.

           ┌── isolated by hand?  a pause that Clay asked for?  the breaker open?
    ask ───┤   credits and actions left, this day and this month?  life left in a webhook?
           └── the rate?          ── all well ──> Leave, and its worst case is reserved
                                  ── else ──────> Refusal, and nothing has changed
    report ── how the call ended ──> what was reserved stays taken, or is given back, once

    end            reserved     breaker        and
    accepted       stays        good
    broken, lost   stays        bad
    unreachable    given back   bad
    refused        given back   not fed *
    rate limited   given back   not fed *      nobody asks before the pause has passed
    webhook full   given back   not fed *      that webhook is closed
    unused         given back   not fed        a probe that was not made is free for another

    * of a probe it is a good end: a server that refuses one row answers

A leave nobody reports stays charged: its call may have been made.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from leadflow.domain.call_end import CallEnd
from leadflow.domain.circuit_breaker import BreakerRules
from leadflow.domain.credit_budget import Caps, Cost
from leadflow.domain.pacing import LONGEST_PAUSE_SECONDS
from leadflow.domain.rate_limit import RateLimit
from leadflow.domain.standing import thousandths

__all__ = ["CallEnd", "GateRules", "Leave", "Refusal", "RefusalReason", "refuse"]

LOOK_SECONDS = 1.0  # a refused worker asks again by then: a person may have changed something


class RefusalReason(StrEnum):
    """Why no call may start now."""

    RATE = "rate"
    PAUSED = "paused"  # Clay said Retry-After
    OPEN = "open"  # the circuit breaker
    ISOLATED = "isolated"  # by hand
    BUDGET = "budget"
    WEBHOOKS = "webhooks"  # none has life left
    UNINITIALISED = "uninitialised"  # Redis was flushed, or never held the numbers
    OLDER = "older"  # Redis was restored, and counts less than the ledger
    UNREACHABLE = "unreachable"


class Leave(NamedTuple):
    """Leave to make one call; whoever has it reports how the call ended."""

    leave_id: str
    webhook_id: str
    generation: int
    is_probe: bool
    granted_at: float  # the server's clock, in seconds since 1970


class Refusal(NamedTuple):
    """No call may start; ask again after `wait_seconds`, which is a second at most."""

    reason: RefusalReason
    wait_seconds: float
    sentence: str


@dataclass(frozen=True, slots=True)
class GateRules:
    """What the gate decides by. All workers should have the same."""

    rate: RateLimit
    cost: Cost  # the worst case of one call
    caps: Caps
    webhook_life: int
    breaker: BreakerRules = BreakerRules(probe_seconds=15.0)  # noqa: RUF009 - it is frozen
    pause_seconds: float = 1.0  # after 429 without Retry-After
    longest_pause_seconds: float = LONGEST_PAUSE_SECONDS
    leave_seconds: float = 7 * 86_400.0  # a later report finds nothing, so the charge stands

    @property
    def charge(self) -> Cost:
        """The cost in whole thousandths of a credit, rounded up."""
        return Cost(thousandths(self.cost.credits), self.cost.actions)

    def pause(self, retry_after_seconds: float | None) -> float:
        """Believe Retry-After within reason."""
        asked = self.pause_seconds if retry_after_seconds is None else retry_after_seconds
        return min(max(asked, 0.0), self.longest_pause_seconds)


SENTENCES = {
    RefusalReason.RATE: "the rate allows the next call in {left:.3f} s",
    RefusalReason.PAUSED: "Clay asked for a pause, of which {left:.1f} s are left",
    RefusalReason.OPEN: "the circuit breaker is open: Clay is tried again in {left:.1f} s",
    RefusalReason.ISOLATED: "the gate was closed by hand ({detail}); `leadflow gate close` ends it",
    RefusalReason.BUDGET: "{detail}",
    RefusalReason.WEBHOOKS: (
        "no webhook has life left; make a new webhook source in Clay and add its URL to "
        "CLAY_WEBHOOK_URL"
    ),
    RefusalReason.UNINITIALISED: (
        "Redis does not hold the gate's numbers: it is new, or was flushed; end what still sends, "
        "then `leadflow gate init` puts them there from the ledger"
    ),
    RefusalReason.OLDER: (
        "Redis counts less than was sent, so it was restored from an older copy ({detail}); end "
        "what still sends, then `leadflow gate init` corrects it from the ledger"
    ),
    RefusalReason.UNREACHABLE: "Redis cannot be used now: {detail}",
}


def refuse(reason: RefusalReason, left_seconds: float = LOOK_SECONDS, detail: str = "") -> Refusal:
    """Say no, and why; what is left of the reason may be much longer than the wait."""
    sentence = SENTENCES[reason].format(left=left_seconds, detail=detail)
    return Refusal(reason, min(max(left_seconds, 0.0), LOOK_SECONDS), sentence)
