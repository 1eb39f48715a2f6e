"""A worker over a real store and real sinks, for as long as a test needs it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from typing import Any

from destinations import RunningDestinations
from harness.stores import Store
from harness.tokens import email_of, lead_id_of
from leadflow.adapters.committed import CommittedDeliveries
from leadflow.adapters.database import Database
from leadflow.adapters.group_commit import GroupCommit, group_commit
from leadflow.adapters.sinks.opening import open_destinations
from leadflow.adapters.sql_inbox import SqlInbox
from leadflow.domain.circuit_breaker import BreakerRules
from leadflow.domain.destination import DestinationSpec
from leadflow.domain.enrichment import Enrichment
from leadflow.domain.inbox import arrival_of
from leadflow.domain.planned import Plan, Planned
from leadflow.domain.retry import RetryPolicy
from leadflow.domain.token import Token
from leadflow.entrypoints.worker import run_worker
from leadflow.entrypoints.worker_terms import SilentWorker, WorkerTerms

__all__ = ["TERMS", "Deliverer", "add_leads", "everywhere", "receive", "specs_for"]

TERMS = WorkerTerms(
    policy=RetryPolicy(
        base_seconds=0.02, cap_seconds=0.2, max_retry_after_seconds=900, max_attempts=8
    ),
    # 1 s here is what 30 min are in earnest, or nearly.
    breaker=BreakerRules(open_seconds=0.05, longest_open_seconds=0.4),
    poll_seconds=0.02,
    recover_seconds=0.1,
    drain_seconds=5,
    gather_batch_seconds=0.02,
)
STATES = "SELECT destination, state, count(*) FROM delivery GROUP BY destination, state"


def specs_for(
    fakes: RunningDestinations, *, concurrency: int = 8, timeout_seconds: float = 2
) -> list[DestinationSpec]:
    """CRM, outreach and database, as destinations.yaml would have them."""
    hubspot = {
        "url": fakes.hubspot.url,
        "token": fakes.hubspot.token,
        "properties": {"email": "email", "icp_score": "icp_score", "title": "title"},
    }
    outreach = {
        "url": f"{fakes.outreach.url}/enrol",
        "method": "POST",
        "headers": {"Authorization": f"Bearer {fakes.outreach.token}"},
        "body": {"email": "email", "reference": "lead_id"},
        "conflict_means_delivered": False,
    }
    return [
        DestinationSpec("crm", "hubspot", False, concurrency, timeout_seconds, hubspot),
        DestinationSpec("outreach", "http", True, concurrency, timeout_seconds, outreach),
        DestinationSpec("database", "database", False, 2, timeout_seconds, {}),
    ]


def everywhere(_facts: object, _fields: object) -> Sequence[Planned]:
    return [
        Planned("crm", is_enrolment=False),
        Planned("outreach", is_enrolment=True),
        Planned("database", is_enrolment=False),
    ]


def add_leads(db: Database, count: int) -> None:
    """Leads 1 to `count`, as if they had been sent."""
    db.execute("INSERT INTO intake (intake_id, file, started_at) VALUES (1, 'leads.csv', 0)")
    lead = """
        INSERT INTO lead (lead_id, state, fields, intake_id, line, changed_at)
        VALUES (?, 'sent', ?, 1, ?, 0)
    """
    for n in range(1, count + 1):
        db.execute(lead, (lead_id_of(n), f'{{"email": "{email_of(n)}"}}', n))


def receive(db: Database, number: int, *, issued_at: int = 1, **facts: object) -> None:
    """A callback for the lead with that number."""
    enrichment = Enrichment({"icp_score": 85, **facts}, 85)
    token = Token(lead_id_of(number), issued_at, "k1", "")
    SqlInbox(db).accept([arrival_of(token, enrichment, received_at=0.0)])


@dataclass
class Deliverer(SilentWorker):
    """Runs a worker until a test has seen enough, and remembers what it said."""

    store: Store
    specs: Sequence[DestinationSpec]
    plan: Plan = everywhere
    terms: WorkerTerms = TERMS
    openings: list[str] = field(default_factory=list)
    do_not_contact: Callable[[], frozenset[str]] = frozenset

    def opened(self, destination: str, reason: str, *, seconds: float) -> None:
        self.openings.append(destination)

    def run(
        self, *, until: Callable[[Mapping[str, Counter[str]]], bool], seconds: float = 20
    ) -> Mapping[str, Counter[str]]:
        """Work until the states of the deliveries, by destination, are as asked for."""
        return asyncio.run(self._run(until, seconds))

    async def _run(
        self, until: Callable[[Mapping[str, Counter[str]]], bool], seconds: float
    ) -> Mapping[str, Counter[str]]:
        stop = asyncio.Event()
        async with AsyncExitStack() as stack:
            writer = await stack.enter_async_context(group_commit(self.store.open))
            destinations = await stack.enter_async_context(
                open_destinations(self.specs, writer=writer, do_not_contact=self.do_not_contact)
            )
            worker = asyncio.ensure_future(
                run_worker(
                    CommittedDeliveries(writer),
                    destinations,
                    self.plan,
                    stop=stop,
                    wake=asyncio.Event(),
                    terms=self.terms,
                    observer=self,
                    is_alone=True,
                )
            )
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    while not worker.done() and not until(await states(writer)):  # noqa: ASYNC110 - the store tells nobody
                        await asyncio.sleep(0.02)
            stop.set()
            await worker
            return await states(writer)


async def states(writer: GroupCommit) -> Mapping[str, Counter[str]]:
    """Count the deliveries by destination and state."""

    def count(db: Database) -> list[Any]:
        return db.execute(STATES).fetchall()

    found: dict[str, Counter[str]] = {}
    for destination, state, number in await writer.run(count):
        found.setdefault(destination, Counter())[state] = number
    return found
