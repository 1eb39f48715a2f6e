"""The states a lead can be in, and the account that must always balance.

    (new) ──> waiting ── claimed ──> sending ──┬── accepted ─────────> sent
                                        ^      ├── refused, broken ──> failed ───┐
                                        │      ├── lost ─────────────> unknown ──┤
                                        │      └── put back ──> where it was     │
                                        └───────────── asked again ──────────────┘

Rule 1: everything that affects a transition is in TRANSITIONS; what is not there is a mistake.
Rule 2: `sending` is stored before the request starts, so a crash leaves it behind; the next run
records it as lost. A lost lead is never sent again unless a person asks, and what was asked for
ends with that run: a lead it did not get to is unknown or failed as before.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["TRANSITIONS", "Account", "Event", "State", "claim_event", "next_state"]


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
    BROKEN = "broken"  # something failed beyond Clay's door: Clay may have it
    PUT_BACK = "put back"  # Clay certainly does not have it
    LOST = "lost"  # no answer: Clay may have it
    ASKED_AGAIN = "asked again"  # a person wants another attempt, in this run

    @property
    def is_doubtful(self) -> bool:
        """Clay may have a row of the lead, and did not say so."""
        return self in {Event.BROKEN, Event.LOST}

    @property
    def is_charged(self) -> bool:
        """The submission counts against the webhook's life, and the lead may cost credits."""
        return self is Event.ACCEPTED or self.is_doubtful


TRANSITIONS: dict[tuple[State, Event], State] = {
    (State.WAITING, Event.CLAIMED): State.SENDING,
    (State.WAITING, Event.EXPORTED): State.SENT,
    (State.FAILED, Event.EXPORTED): State.SENT,  # a person asked for it again
    (State.UNKNOWN, Event.EXPORTED): State.SENT,  # likewise
    (State.SENDING, Event.ACCEPTED): State.SENT,
    (State.SENDING, Event.REFUSED): State.FAILED,
    (State.SENDING, Event.BROKEN): State.FAILED,
    (State.SENDING, Event.PUT_BACK): State.WAITING,  # or where it was claimed from
    (State.SENDING, Event.LOST): State.UNKNOWN,
    (State.FAILED, Event.ASKED_AGAIN): State.SENDING,
    (State.UNKNOWN, Event.ASKED_AGAIN): State.SENDING,
}


def next_state(state: State, event: Event, *, origin: State = State.WAITING) -> State:
    """Look the transition up; an event that the state does not know is a defect."""
    try:
        target = TRANSITIONS[state, event]
    except KeyError:
        raise ValueError(f"a lead that is {state} cannot be {event}") from None
    return origin if event is Event.PUT_BACK else target


def claim_event(origin: State) -> Event:
    """Tell a first attempt from one that a person asked for."""
    return Event.CLAIMED if origin is State.WAITING else Event.ASKED_AGAIN


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
