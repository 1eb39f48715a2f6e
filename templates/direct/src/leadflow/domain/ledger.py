"""The states a lead can be in, and the account that must always balance.

                  ┌────────── put back ──────────┐
                  v                              │
    (new) ──> waiting ── claimed ──> sending ────┼── accepted ──> sent
                  ^                              ├── refused ───> failed
                  ├───────── reopened ───────────┼───────────────── │
                  │                              └── lost ──────> unknown
                  └───────── reopened ──────────────────────────────│

Rule 1: everything that affects a transition is in TRANSITIONS; what is not there is a mistake.
Rule 2: `sending` is stored before the request starts, so a crash leaves it behind; the next run
records it as lost. A lost lead is never sent again unless a person asks.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["TRANSITIONS", "Account", "Event", "State", "next_state"]


class State(StrEnum):
    """Where a lead stands."""

    WAITING = "waiting"  # accepted from a file, not yet sent
    SENDING = "sending"  # a request may be on its way
    SENT = "sent"  # Clay answered 2xx, or the lead is in an exported file
    FAILED = "failed"  # Clay refused it; `send --failed` tries again
    UNKNOWN = "unknown"  # the answer was lost: Clay may or may not have it


class Event(StrEnum):
    """What happens to a lead."""

    CLAIMED = "claimed"
    EXPORTED = "exported"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    PUT_BACK = "put back"  # Clay certainly does not have it
    LOST = "lost"  # Clay may have it
    REOPENED = "reopened"  # a person asked for another attempt


TRANSITIONS: dict[tuple[State, Event], State] = {
    (State.WAITING, Event.CLAIMED): State.SENDING,
    (State.WAITING, Event.EXPORTED): State.SENT,
    (State.SENDING, Event.ACCEPTED): State.SENT,
    (State.SENDING, Event.REFUSED): State.FAILED,
    (State.SENDING, Event.PUT_BACK): State.WAITING,
    (State.SENDING, Event.LOST): State.UNKNOWN,
    (State.FAILED, Event.REOPENED): State.WAITING,
    (State.UNKNOWN, Event.REOPENED): State.WAITING,
}


def next_state(state: State, event: Event) -> State:
    """Look the transition up; an event that the state does not know is a defect."""
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise ValueError(f"a lead that is {state} cannot be {event}") from None


@dataclass(frozen=True, slots=True)
class Account:
    """Every accepted lead is in exactly one of the four; `rejected` and the rest stand beside it.

    A lead in flight counts as unknown: if the run is killed now, that is what it will be.
    """

    accepted: int
    sent: int
    failed: int
    unknown: int
    waiting: int
    rejected: int = 0
    duplicates: int = 0

    @property
    def is_balanced(self) -> bool:
        return self.accepted == self.sent + self.failed + self.unknown + self.waiting
