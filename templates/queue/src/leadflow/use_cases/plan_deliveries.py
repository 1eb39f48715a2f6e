"""Where one event goes: the routes decide, and the do-not-contact list has the last word."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from leadflow.domain.delivery import DeliveryState, fields_of
from leadflow.domain.enrichment import parse_enrichment
from leadflow.domain.planned import Plan, Planned
from leadflow.domain.routing import Routing, may_contact, route

__all__ = ["planner"]


def planner(
    routing: Routing, *, enrolments: Collection[str], do_not_contact: frozenset[str]
) -> Plan:
    """Make the plan that is asked for every event. Whoever is on the list is never enrolled."""

    def plan(facts: Mapping[str, object], fields: Mapping[str, str]) -> Sequence[Planned]:
        known = fields_of("", fields, facts)
        _, names = route(known, parse_enrichment(facts).score, routing)
        is_listed = not (may_contact(fields, do_not_contact) and may_contact(facts, do_not_contact))
        enrols = DeliveryState.WITHHELD if is_listed else DeliveryState.WAITING
        return [
            Planned(name, is_enrolment=True, state=enrols)
            if name in enrolments
            else Planned(name, is_enrolment=False)
            for name in names
        ]

    return plan
