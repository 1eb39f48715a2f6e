"""One delivery of a CRM, start to finish: every event ends as a lead, or says why not.

    taken · known · repeated      it names a lead, which is stored
    ignored                       crm_events.yaml does not name its kind
    incomplete · rejected         it names nobody, or nobody we take: kept in the quarantine

Rule: what could not be stored fails the delivery, and the CRM sends it again; what of it was stored
is known by then.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from leadflow.domain.crm_event import (
    Crm,
    CrmMapping,
    canonical_event,
    event_digest,
    kind_of,
    row_of,
)
from leadflow.domain.errors import LeadRejected
from leadflow.domain.lead import LeadRules
from leadflow.domain.source import Source
from leadflow.use_cases.take_in import Reception, Taken, take_in

__all__ = ["OUTCOMES", "EventReading", "take_in_events"]

OUTCOMES = ("taken", "known", "repeated", "ignored", "incomplete", "rejected")
NAMES = {Taken.NEW: "taken", Taken.KNOWN: "known", Taken.REPEATED: "repeated"}
UNTOLD = "it does not say what happened"
NOBODY = "it tells neither an e-mail nor a domain with names"
IDENTITY = ("email", "domain")
Event = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class EventReading:
    """Whose events these are, and how they are read."""

    crm: Crm
    mapping: CrmMapping
    rules: LeadRules


async def take_in_events(
    events: Sequence[Event], *, reading: EventReading, reception: Reception, now: float
) -> dict[str, int]:
    """Take in all of them, in one commit where that is possible; count how each ended."""
    ends = await asyncio.gather(
        *(_take_in(event, reading, reception, now) for event in events), return_exceptions=True
    )
    count: Counter[str] = Counter()
    for end in ends:
        if isinstance(end, BaseException):
            raise end  # only now: what was begun has ended, too
        count[end] += 1
    return {outcome: count[outcome] for outcome in OUTCOMES}


async def _take_in(event: Event, reading: EventReading, reception: Reception, now: float) -> str:
    kind = kind_of(event, reading.crm)
    if kind and kind not in reading.mapping.kinds:
        return "ignored"
    row = row_of(event, reading.mapping)
    if not kind or not any(name in row for name in IDENTITY):
        return await _keep(event, reception, "incomplete", UNTOLD if not kind else NOBODY, now)
    try:
        _, taken = await take_in(
            row,
            source=Source.CRM_EVENT,
            rules=reading.rules,
            reception=reception,
            now=now,
            event=event_digest(event, reading.crm),
        )
    except LeadRejected as refusal:
        return await _keep(event, reception, "rejected", str(refusal), now)
    return NAMES[taken]


async def _keep(event: Event, reception: Reception, outcome: str, why: str, now: float) -> str:
    reason = f"{outcome} event of a CRM: {why}"
    await reception.quarantine(canonical_event(event), reason=reason, now=now)
    return outcome
