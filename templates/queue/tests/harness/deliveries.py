"""Made-up deliveries, and a queue in memory that keeps the same promises as the store."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from leadflow.domain.delivery import Delivery, DeliveryState, Settled
from leadflow.domain.planned import Plan

__all__ = ["MemoryQueue", "made_up"]


def made_up(number: int, *, destination: str = "crm", **fields: object) -> Delivery:
    """Make the delivery of one lead; a field that is None is left out."""
    told: dict[str, object] = {
        "lead_id": f"lead-{number:032x}",
        "email": f"ada{number}@acme.com",
        "work_email": f"ada{number}@acme.com",
        "first_name": "Ada",
        "last_name": f"Byron{number}",
        "icp_score": 85,
        **fields,
    }
    kept = {name: value for name, value in told.items() if value is not None}
    return Delivery(number, number, str(told["lead_id"]), destination, 1, kept)


@dataclass
class Entry:
    delivery: Delivery
    state: DeliveryState = DeliveryState.WAITING
    attempts: int = 0
    due_at: float = 0.0
    reason: str = ""


@dataclass
class MemoryQueue:
    """Claims, leases, attempts and recovery, as in adapters/sql_deliveries.py, without the disk."""

    entries: dict[int, Entry] = field(default_factory=dict)
    arrived: list[tuple[Mapping[str, object], Mapping[str, str]]] = field(default_factory=list)
    is_settled: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, *deliveries: Delivery) -> None:
        self.entries |= {d.delivery_id: Entry(d) for d in deliveries}

    def states(self, destination: str = "crm") -> list[str]:
        mine = (e for e in self.entries.values() if e.delivery.destination == destination)
        return [entry.state for entry in mine]

    async def route(self, plan: Plan, *, limit: int, now: float) -> int:
        taken, self.arrived = self.arrived[:limit], self.arrived[limit:]
        for facts, fields in taken:
            for planned in plan(facts, fields):
                number = len(self.entries) + 1
                lead_id = fields["lead_id"]
                delivery = Delivery(
                    number, number, lead_id, planned.destination, 1, {**fields, **facts}
                )
                self.entries[number] = Entry(delivery, planned.state, due_at=now)
        return len(taken)

    async def claim(
        self, destination: str, *, limit: int, now: float, lease_until: float
    ) -> list[Delivery]:
        due = [
            entry
            for entry in self.entries.values()
            if entry.delivery.destination == destination
            and entry.state is DeliveryState.WAITING
            and entry.due_at <= now
        ]
        claimed = sorted(due, key=lambda entry: entry.due_at)[:limit]
        for entry in claimed:
            entry.state, entry.due_at = DeliveryState.CLAIMED, lease_until
            entry.attempts += 1
        return [replace(entry.delivery, attempt=entry.attempts) for entry in claimed]

    async def settle(self, settled: Sequence[Settled], *, now: float) -> None:
        for end in settled:
            entry = self.entries[end.delivery_id]
            if entry.state is not DeliveryState.CLAIMED or entry.attempts != end.attempt:
                continue
            entry.state, entry.reason = end.state, end.reason
            entry.due_at = end.next_attempt_at or now
            entry.attempts -= not end.spends_attempt
        self.is_settled.set()

    async def recover(self, enrolments: Collection[str], *, now: float, all: bool) -> int:  # noqa: A002
        freed = [
            entry
            for entry in self.entries.values()
            if entry.state is DeliveryState.CLAIMED and (all or entry.due_at <= now)
        ]
        for entry in freed:
            is_enrolment = entry.delivery.destination in enrolments
            entry.state = DeliveryState.UNKNOWN if is_enrolment else DeliveryState.WAITING
            entry.due_at = now
        return len(freed)
