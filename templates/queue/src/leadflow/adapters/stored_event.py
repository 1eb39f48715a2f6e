"""What routing reads, and what it makes of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from leadflow.domain.planned import Planned

__all__ = ["Event", "Lead", "Verdict"]


class Event(NamedTuple):
    """One event; sorting puts the newer one last, and of the same second the later arrival."""

    issued_at: int
    event_id: int
    lead_seq: int
    facts: str

    @property
    def age(self) -> tuple[int, int]:
        return self.issued_at, self.event_id


class Lead(NamedTuple):
    """The lead of an event."""

    seq: int
    lead_id: str
    fields: str
    state: str

    @property
    def is_purged(self) -> bool:
        """Was everything about it emptied, because the person asked for that?"""
        return self.fields == "{}"


class Verdict(NamedTuple):
    """Where an event goes, or why nobody can tell."""

    event: Event
    planned: Sequence[Planned]
    fault: str = ""
