"""What a server and a worker would have stored, put there by hand: callbacks and deliveries."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

from harness.workspace import Workspace, lead_rows, write_csv
from leadflow.adapters.database import Database
from leadflow.adapters.sql_deliveries import SqlDeliveries
from leadflow.adapters.sql_inbox import SqlInbox
from leadflow.adapters.sql_quarantine import SqlQuarantine
from leadflow.adapters.sql_routing import SqlRouting
from leadflow.adapters.sqlite_store import open_store
from leadflow.domain.delivery import DeliveryState, Settled
from leadflow.domain.enrichment import canonical, digest_of
from leadflow.domain.inbox import Acceptance, Arrival
from leadflow.domain.lead import identify
from leadflow.domain.planned import Planned

__all__ = ["FACTS", "End", "age", "call_back", "deliver", "lead_ids", "put_into_quarantine", "send"]

FACTS: dict[str, object] = {"icp_score": 85, "work_email": "grace@acme-0.com", "city": "Turin"}


class End(NamedTuple):
    """How one destination ended."""

    state: DeliveryState = DeliveryState.DELIVERED
    reason: str = ""
    is_enrolment: bool = False


def lead_ids(count: int) -> list[str]:
    return [identify(row) for row in lead_rows(count)]


def send(workspace: Workspace, count: int) -> list[str]:
    """Send leads to the local Clay, as `leadflow send` does."""
    file = write_csv(workspace.folder / "leads.csv", lead_rows(count))
    assert workspace.leadflow("send", str(file)).returncode == 0
    return lead_ids(count)


def call_back(
    workspace: Workspace, *leads: str, facts: Mapping[str, object] = FACTS, issued_at: int = 0
) -> None:
    """Store what Clay's HTTP API column would send."""
    now = time.time()
    for lead in leads:
        arrival = Arrival(lead, issued_at or int(now), digest_of(facts), canonical(facts), now)
        with _opened(workspace) as database:
            assert SqlInbox(database).accept([arrival]) == [Acceptance.NEW]


def deliver(workspace: Workspace, **ends: End) -> None:
    """Route what was received to these destinations, and end each delivery so."""
    now = time.time()
    planned = [Planned(name, end.is_enrolment) for name, end in ends.items()]
    with _opened(workspace) as database:
        SqlRouting(database).route(lambda _facts, _fields: planned, limit=100, now=now)
        deliveries = SqlDeliveries(database)
        for name, end in ends.items():
            claimed = deliveries.claim(name, limit=100, now=now, lease_until=now + 60)
            settled = [
                Settled(
                    delivery_id=delivery.delivery_id,
                    attempt=delivery.attempt,
                    state=end.state,
                    reason=end.reason,
                )
                for delivery in claimed
            ]
            deliveries.settle(settled, now=now)


def put_into_quarantine(workspace: Workspace, body: Mapping[str, object], *, reason: str) -> None:
    raw = json.dumps(body).encode()
    with _opened(workspace) as database:
        SqlQuarantine(database).put(raw, reason=reason, now=time.time())


def age(workspace: Workspace, seconds: float) -> None:
    """Let everything have happened so many seconds earlier."""
    with _opened(workspace) as database:
        for table, column in (
            ("lead", "changed_at"),
            ("inbox", "received_at"),
            ("delivery", "due_at"),
        ):
            database.execute(f"UPDATE {table} SET {column} = {column} - ?", (seconds,))  # noqa: S608


@contextmanager
def _opened(workspace: Workspace) -> Iterator[Database]:
    with open_store(workspace.database) as database:
        yield database
