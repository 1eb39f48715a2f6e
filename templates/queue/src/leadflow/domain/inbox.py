"""One arrival of a callback, what becomes of it, and what it proves about the lead.

An arrival is known by lead, time of issue and digest of its facts. The same again is a duplicate
and does nothing; other facts for the same lead are a new event, and the newest one counts.
"""

from __future__ import annotations

import hashlib
from enum import Enum
from typing import NamedTuple

from leadflow.domain.enrichment import Enrichment, canonical
from leadflow.domain.ledger import State
from leadflow.domain.token import Token

__all__ = ["PROVEN", "Acceptance", "Arrival", "arrival_of"]


class Arrival(NamedTuple):
    """What the inbox stores of a callback; the first three are its key."""

    lead_id: str
    issued_at: int  # seconds since 1970, from the token: which sending of the lead this answers
    digest: str
    facts: str  # canonical JSON
    received_at: float


class Acceptance(Enum):
    """What the inbox says once an arrival is stored, or need not be."""

    NEW = "new"
    DUPLICATE = "duplicate"
    NO_SUCH_LEAD = "no such lead"


# A callback proves that Clay has the lead, whatever became of the answer to our request.
PROVEN: dict[State, State] = {
    State.UNKNOWN: State.SENT,
    State.FAILED: State.SENT,
}


def arrival_of(token: Token, enrichment: Enrichment, *, received_at: float) -> Arrival:
    """Make the inbox's entry; the facts are written once, for the digest and for the store."""
    facts = canonical(enrichment.facts)
    digest = hashlib.sha256(facts.encode()).hexdigest()
    return Arrival(token.lead_id, token.issued_at, digest, facts, received_at)
