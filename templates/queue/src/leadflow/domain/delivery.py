"""The states of a delivery, which is one event on its way to one destination.

    (planned) ──> waiting ── claimed ──> claimed ──┬── delivered ─────> delivered
        │            ^  │                    │     ├── refused ───────> dead ────┐
        │            │  └── superseded       │     ├── lost, enrolment> unknown ─┤
        │            │                       │     ├── listed ────────> withheld │
        │            │                       │     └── put off ──┐               │
        │            └───────────────────────┴── released ───────┘               │
        └──> withheld                     <── redriven ──────────────────────────┘

Rule 1: everything that affects a transition is in TRANSITIONS; what is not there is a mistake.
Rule 2: `claimed` is stored before the request starts, so a crash leaves it behind. What may be
written twice is released; an enrolment, which must never happen twice, becomes unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum

__all__ = [
    "TRANSITIONS",
    "Delivery",
    "DeliveryEvent",
    "DeliveryState",
    "Outcome",
    "OutcomeKind",
    "Settled",
    "dedupe_key",
    "fields_of",
    "next_delivery_state",
]


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    WAITING = "waiting"  # due now, or at its next attempt
    CLAIMED = "claimed"  # a request may be on its way
    DELIVERED = "delivered"  # the destination has it
    DEAD = "dead"  # refused, or given up; `dead redrive` puts it back
    UNKNOWN = "unknown"  # an enrolment whose answer was lost: a person decides
    SUPERSEDED = "superseded"  # a newer event of the lead goes instead
    WITHHELD = "withheld"  # the lead is on the do-not-contact list


class DeliveryEvent(StrEnum):
    """What happens to a delivery."""

    CLAIMED = "claimed"
    DELIVERED = "delivered"
    REFUSED = "refused"  # it would be refused again, or its attempts are used up
    PUT_OFF = "put off"  # it may succeed later
    LOST = "lost"  # an enrolment, and the destination may have it
    RELEASED = "released"  # its worker is gone, and it may be written twice
    SUPERSEDED = "superseded"
    REDRIVEN = "redriven"  # a person wants another attempt
    LISTED = "listed"  # the lead has come onto the do-not-contact list since it was routed


TRANSITIONS: dict[tuple[DeliveryState, DeliveryEvent], DeliveryState] = {
    (DeliveryState.WAITING, DeliveryEvent.CLAIMED): DeliveryState.CLAIMED,
    (DeliveryState.WAITING, DeliveryEvent.SUPERSEDED): DeliveryState.SUPERSEDED,
    (DeliveryState.CLAIMED, DeliveryEvent.DELIVERED): DeliveryState.DELIVERED,
    (DeliveryState.CLAIMED, DeliveryEvent.REFUSED): DeliveryState.DEAD,
    (DeliveryState.CLAIMED, DeliveryEvent.PUT_OFF): DeliveryState.WAITING,
    (DeliveryState.CLAIMED, DeliveryEvent.LOST): DeliveryState.UNKNOWN,
    (DeliveryState.CLAIMED, DeliveryEvent.RELEASED): DeliveryState.WAITING,
    (DeliveryState.CLAIMED, DeliveryEvent.LISTED): DeliveryState.WITHHELD,
    (DeliveryState.DEAD, DeliveryEvent.REDRIVEN): DeliveryState.WAITING,
    (DeliveryState.UNKNOWN, DeliveryEvent.REDRIVEN): DeliveryState.WAITING,
}


def next_delivery_state(state: DeliveryState, event: DeliveryEvent) -> DeliveryState:
    """Look the transition up; an event that the state does not know is a defect."""
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise ValueError(f"a delivery that is {state} cannot be {event}") from None


class OutcomeKind(Enum):
    """What a destination's answer means for the delivery."""

    DELIVERED = "delivered"
    TRANSIENT = "transient"  # it certainly has not happened, and may succeed later
    PERMANENT = "permanent"  # it would be refused again
    HELD = "held"  # it certainly has not happened, and no lead is at fault: wrong token, rate limit
    LOST = "lost"  # the answer did not reach us: it may have happened


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one attempt ended. The reason is stored and shown, and holds nothing personal."""

    kind: OutcomeKind
    reason: str = ""
    retry_after_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """One claimed delivery; `attempt` is the one about to be made, counted from 1."""

    delivery_id: int
    event_id: int
    lead_id: str
    destination: str
    attempt: int
    fields: Mapping[str, object] = field(repr=False)  # the lead's, the facts over them, lead_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What to store about a delivery after an attempt; `attempt` tells it from a later one."""

    delivery_id: int
    attempt: int
    state: DeliveryState
    reason: str = ""
    next_attempt_at: float | None = None
    spends_attempt: bool = True  # False: the next claim makes the same attempt again


def fields_of(
    lead_id: str, fields: Mapping[str, str], facts: Mapping[str, object]
) -> dict[str, object]:
    """Lay the facts over what was known of the lead; whose they are, only we say."""
    trimmed = {name: _trimmed(value) for name, value in facts.items()}
    told = {name: value for name, value in trimmed.items() if value not in (None, "")}
    return {**fields, **told, "lead_id": lead_id}


def dedupe_key(destination: str, lead_id: str, event_id: int, *, is_enrolment: bool) -> str:
    """Name what must exist once: an enrolment per lead, any other delivery per event."""
    return f"{destination}:{lead_id}" if is_enrolment else f"{destination}:{lead_id}:{event_id}"


def _trimmed(value: object) -> object:
    return value.strip() if isinstance(value, str) else value
