"""Events of a CRM: told apart, flattened, and made into the fields of a lead. Pure.

Of an event `properties.email` names {"properties": {"email": ...}}. A change of one property, which
HubSpot tells as propertyName and propertyValue, is read as that property.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from leadflow.domain.errors import Unreadable
from leadflow.domain.mapping import fill
from leadflow.domain.strict_json import read_object

__all__ = [
    "Crm",
    "CrmMapping",
    "canonical_event",
    "event_digest",
    "kind_of",
    "read_events",
    "row_of",
]

MOST_EVENTS = 1_000
WRAPPED = "events"
OF_THE_DELIVERY = "attemptNumber"  # differs when HubSpot sends the same event again
KIND = {"hubspot": "subscriptionType", "salesforce": "event"}
NO_KIND = "workflow"  # what a workflow of HubSpot sends says nothing about itself
DEEPEST = 6


class Crm(StrEnum):
    """Whose events these are."""

    HUBSPOT = "hubspot"
    SALESFORCE = "salesforce"


@dataclass(frozen=True, slots=True)
class CrmMapping:
    """Which events bring a lead, and where in them its fields are (crm_events.yaml)."""

    kinds: frozenset[str]
    fields: Mapping[str, object]  # field of a lead -> name, first_of or value


def read_events(raw: bytes) -> list[Mapping[str, object]]:
    """Read one event, or an array of them; Unreadable when it is neither."""
    if raw.lstrip(b" \t\r\n")[:1] != b"[":
        return [read_object(raw)]
    # Read as the only member of an object, so that what is read is as strict as anywhere.
    document = read_object(b'{"%s":%s}' % (WRAPPED.encode(), raw))
    events = document[WRAPPED]
    if len(document) > 1 or not isinstance(events, list):
        raise Unreadable("not JSON")
    if len(events) > MOST_EVENTS or not all(isinstance(event, dict) for event in events):
        raise Unreadable("not an array of events")
    return events


def kind_of(event: Mapping[str, object], crm: Crm) -> str:
    """Say what happened; '' when it is not told."""
    kind = event.get(KIND[crm], NO_KIND if crm is Crm.HUBSPOT else "")
    return kind if isinstance(kind, str) else ""


def row_of(event: Mapping[str, object], mapping: CrmMapping) -> dict[str, str]:
    """Fill the fields of a lead from the event, as far as it tells them."""
    told = dict(_flat(event, "", DEEPEST))
    changed = told.get("propertyName")
    if changed and "propertyValue" in told:
        told.setdefault(f"properties.{changed}", told["propertyValue"])
    return {name: str(value) for name, value in fill(mapping.fields, told).items()}


def canonical_event(event: Mapping[str, object]) -> bytes:
    """Write the event so that the same one, however often it is sent, is the same bytes."""
    lasting = {name: value for name, value in event.items() if name != OF_THE_DELIVERY}
    return json.dumps(lasting, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def event_digest(event: Mapping[str, object], crm: Crm) -> bytes:
    """Tell the event from any other. HubSpot promises no eventId that is unique: all of it counts.

    Salesforce has an eventId when our convention is kept, and then that is enough.
    """
    event_id = event.get("eventId")
    own = isinstance(event_id, str) and event_id and crm is Crm.SALESFORCE
    told = f"id {event_id}".encode() if own else canonical_event(event)
    return hashlib.sha256(crm.encode() + b"\0" + told).digest()


def _flat(part: Mapping[str, object], prefix: str, depth: int) -> Iterator[tuple[str, str]]:
    for name, value in part.items():
        if isinstance(value, Mapping) and depth:
            yield from _flat(value, f"{prefix}{name}.", depth - 1)
        elif isinstance(value, str):
            yield prefix + name, value
        elif isinstance(value, int) and not isinstance(value, bool):
            yield prefix + name, str(value)
