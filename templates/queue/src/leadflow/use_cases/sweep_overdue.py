"""Which leads Clay should have called back about by now. It looks, and sends nothing again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, Protocol

__all__ = ["Journeys", "Overdue", "SentLead", "sweep_overdue"]


class SentLead(Protocol):
    """A lead that Clay has, and where it came from."""

    @property
    def lead_id(self) -> str: ...
    @property
    def file(self) -> str: ...
    @property
    def line(self) -> int: ...
    @property
    def sent_at(self) -> float: ...


class Journeys(Protocol):
    """Where leads are on their way."""

    def overdue(self, now: float, limit_seconds: float) -> Iterable[SentLead]:
        """Give the leads sent longer ago than the limit of which nothing has come back."""


class Overdue(NamedTuple):
    """A lead whose callback is missing; a person decides, because sending again costs credits."""

    lead_id: str
    file: str
    line: int
    sent_at: float
    age_seconds: float


def sweep_overdue(journeys: Journeys, *, now: float, limit_seconds: float) -> list[Overdue]:
    """List them, the longest overdue first."""
    late = journeys.overdue(now, limit_seconds)
    found = (
        Overdue(lead.lead_id, lead.file, lead.line, lead.sent_at, now - lead.sent_at)
        for lead in late
    )
    return sorted(found, key=lambda lead: (lead.sent_at, lead.lead_id))
