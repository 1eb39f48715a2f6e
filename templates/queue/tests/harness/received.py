"""Leads that were sent, and callbacks about them, without a server in between."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from leadflow.adapters.database import Database
from leadflow.adapters.sql_inbox import SqlInbox
from leadflow.adapters.sql_routing import SqlRouting
from leadflow.domain.delivery import DeliveryState
from leadflow.domain.enrichment import canonical, digest_of
from leadflow.domain.inbox import Acceptance, Arrival
from leadflow.domain.planned import Plan, Planned

__all__ = [
    "CRM",
    "NOW",
    "OUTREACH",
    "add_leads",
    "arrival",
    "lead_name",
    "planning",
    "receive",
    "route",
    "states",
]

NOW = 1_790_000_000.0
CRM = Planned("crm", is_enrolment=False)
OUTREACH = Planned("outreach", is_enrolment=True)
INTAKE = "INSERT INTO intake (file, started_at) VALUES ('leads.csv', 0)"
LEAD = """
    INSERT INTO lead (lead_id, state, fields, intake_id, line, changed_at)
    SELECT ?, ?, CAST(? AS TEXT), max(intake_id), ?, ? FROM intake
"""
STATES = "SELECT destination, state FROM delivery ORDER BY delivery_id"


def lead_name(number: int) -> str:
    return f"lead-{hashlib.sha256(b'%d' % number).hexdigest()[:32]}"


def add_leads(
    database: Database, numbers: Iterable[int], *, state: str = "sent", changed_at: float = NOW
) -> None:
    with database.transaction():
        database.execute(INTAKE)
        for number in numbers:
            fields = json.dumps({"email": f"ada{number}@acme.com", "first_name": "Ada"})
            values = (lead_name(number), state, fields, number + 2, changed_at)
            database.execute(LEAD, values)


def arrival(number: int, *, issued_at: int = 1_789_990_000, **facts: object) -> Arrival:
    told = {"work_email": f"ada{number}@acme.com", "icp_score": 85, **facts}
    return Arrival(lead_name(number), issued_at, digest_of(told), canonical(told), NOW)


def receive(database: Database, *arrivals: Arrival) -> list[Acceptance]:
    with database.transaction():
        return SqlInbox(database).accept(arrivals)


def planning(*planned: Planned) -> Plan:
    return lambda _facts, _fields: planned


def route(database: Database, *planned: Planned, limit: int = 200, now: float = NOW) -> int:
    return SqlRouting(database).route(planning(*planned), limit=limit, now=now)


def states(database: Database) -> list[tuple[str, DeliveryState]]:
    """Every delivery in the order it was planned."""
    return [(name, DeliveryState(state)) for name, state in database.execute(STATES)]
