"""One lead from a form, a CRM or another program: parsed, stored with its job, and only then known.

Rule 1: the lead, its source and its place in the outbox are one transaction; who is told that a
lead was taken may forget about it.
Rule 2: a lead that is known already is not queued again, whatever became of it: sending it anew
costs credits, and a person decides that. Its further source is noted with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import NamedTuple, Protocol

from leadflow.domain.lead import Lead, LeadRules, parse_lead
from leadflow.domain.source import Source

__all__ = ["ArrivedLead", "Reception", "Taken", "take_in"]


class Taken(Enum):
    """What became of a lead that arrived."""

    NEW = "new"
    KNOWN = "known"  # from whatever source
    REPEATED = "repeated"  # the very event that brought it was taken before


class ArrivedLead(NamedTuple):
    """A lead at the door. `event` is the digest of the CRM event that brought it, if one did."""

    lead: Lead
    source: Source
    arrived_at: float
    event: bytes | None = None


class Reception(Protocol):
    """Where leads are stored. Both are durable when they return, or raise LedgerError."""

    async def take(self, arrived: ArrivedLead) -> Taken:
        """Store the lead with its source, and with its job when it is new."""

    async def quarantine(self, body: bytes, *, reason: str, now: float) -> None:
        """Keep for a person what somebody known to us sent and nobody can use."""


async def take_in(
    row: Mapping[str, str],
    *,
    source: Source,
    rules: LeadRules,
    reception: Reception,
    now: float,
    event: bytes | None = None,
) -> tuple[Lead, Taken]:
    """Parse and store; LeadRejected when the row is no lead, LedgerError when it is not stored."""
    lead = parse_lead(row, rules)
    return lead, await reception.take(ArrivedLead(lead, source, now, event))
