"""The content of crm_events.yaml -> how events of each CRM are read, or every problem at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from leadflow.domain.crm_event import Crm, CrmMapping
from leadflow.domain.destination_options import read_template
from leadflow.domain.errors import CrmEventsError
from leadflow.domain.mapping import CONSTANT, FIRST_OF
from leadflow.domain.problem import Findings, Where

__all__ = ["crm_mappings_from"]

PARTS = ("events", "fields")


def crm_mappings_from(document: object, *, fields: Collection[str]) -> dict[Crm, CrmMapping]:
    """Check and build; `fields` are those that a lead can have. Raise CrmEventsError with all."""
    found = Findings()
    top = found.mapping(document, (), known=[*Crm])
    mappings = {
        crm: _mapping(top[crm], (crm,), found, fields) for crm in Crm if top.get(crm) is not None
    }
    if not mappings and not found.problems:
        found.add((), "describes no CRM; add hubspot or salesforce")
    if found.problems:
        raise CrmEventsError(found.problems)
    return mappings


def _mapping(entry: object, where: Where, found: Findings, fields: Collection[str]) -> CrmMapping:
    parts = found.mapping(entry, where, known=PARTS, required=PARTS)
    named = parts.get("events")
    kinds = [] if named is None else found.entries(named, (*where, "events"))
    if named == []:
        found.add((*where, "events"), "names no event; add one, such as contact.creation")
    template: Mapping[str, object] = {}
    if parts.get("fields") is not None:
        template = found.mapping(parts["fields"], (*where, "fields"), known=fields)
        read_template(found, parts["fields"], (*where, "fields"))
        _check_flat(template, (*where, "fields"), found)
    return CrmMapping(
        frozenset(found.text(kind, (*where, "events", n)) for n, kind in enumerate(kinds)), template
    )


def _check_flat(template: Mapping[str, object], where: Where, found: Findings) -> None:
    """A field of a lead is one text: neither a list nor an object of several."""
    for name, part in template.items():
        is_nested = isinstance(part, Mapping) and not {CONSTANT, FIRST_OF} & set(part)
        if is_nested or isinstance(part, list):
            found.add((*where, name), "is one text; name it, or write {first_of: [a, b]}")
