"""Jobs of other programs: their lead is taken in, and the person leaves the queue."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from leadflow.domain.call_end import CallEnd
from leadflow.domain.errors import LeadRejected, LedgerBusy, LedgerDamaged, LedgerError
from leadflow.domain.gate import Leave, Refusal
from leadflow.domain.job_end import Ended, JobEnd
from leadflow.domain.ledger import Event, State
from leadflow.domain.source import Source
from leadflow.domain.verdict import Reply
from leadflow.use_cases.handle_job import HandleJob
from leadflow.use_cases.send_job import SendJobTerms
from leadflow.use_cases.send_lead import WaitingLead, compose_row

LEAD_ID = "lead-" + "a" * 32
LEAVE = Leave("leave-1", "hook", 1, is_probe=False, granted_at=0.0)
FOREIGN = {"lead": {"email": "ada@acme.com"}, "source": "crm-event"}


@dataclass
class Everything:
    """Gate, ledger, Clay, reception and the job itself, all of which remember."""

    data: Any
    job_id: str = "17"
    name: str = "web-form"
    fault: Exception | None = None
    is_deaf: bool = False  # the queue takes nothing
    told: list[str] = field(default_factory=list)

    async def ask(self) -> Leave | Refusal:
        raise NotImplementedError

    async def report(
        self, leave: Leave, end: CallEnd, *, retry_after_seconds: float | None = None
    ) -> None:
        self.told.append(f"gate: {end}")

    async def find(self, lead_id: str) -> WaitingLead | None:
        return WaitingLead(lead_id, {"email": "ada@acme.com"}, State.WAITING, 1)

    async def claim(self, lead: WaitingLead, *, webhook_id: str, now: float) -> None: ...
    async def resolve(
        self, lead: WaitingLead, event: Event, *, webhook_id: str, reason: str, now: float
    ) -> None: ...
    async def post(self, webhook_id: str, body: bytes) -> Reply:
        self.told.append("posted")
        return Reply(200)

    async def confirm(self) -> None: ...
    async def replace_data(self, data: Mapping[str, object]) -> None:
        if self.is_deaf:
            raise LedgerBusy("Redis does not answer")
        self.data = dict(data)
        self.told.append("replaced")

    async def adopt(self, fields: Mapping[str, str], source: Source) -> str:
        if self.fault:
            raise self.fault
        self.told.append(f"stored {dict(fields)} from {source}")
        return LEAD_ID

    async def handle(self) -> Ended:
        terms = SendJobTerms(clay=self, gate=self, compose=compose_row, repeats_unknown=False)
        handle = HandleJob(terms, new_ledger=lambda: self, adopt=self.adopt)
        return await handle(self, LEAVE)


def test_our_own_job_is_sent() -> None:
    job = Everything({"lead_id": LEAD_ID, "source": "web-form"}, job_id=LEAD_ID)

    ended = asyncio.run(job.handle())

    assert ended.end is JobEnd.DONE
    assert job.told == ["posted", "gate: accepted"]


def test_a_foreign_lead_is_stored_first_and_then_leaves_the_queue() -> None:
    job = Everything(FOREIGN)

    ended = asyncio.run(job.handle())

    assert ended.end is JobEnd.REPLACED
    assert job.told == [
        "stored {'email': 'ada@acme.com'} from crm-event",
        "replaced",
        "gate: unused",
    ]
    assert job.data == {"lead_id": LEAD_ID, "source": "crm-event"}


def test_a_foreign_job_with_the_id_of_its_lead_becomes_the_job_of_that_lead() -> None:
    job = Everything(FOREIGN, job_id=LEAD_ID)

    ended = asyncio.run(job.handle())

    assert ended.end is JobEnd.DONE
    assert job.told[1:] == ["replaced", "posted", "gate: accepted"]


@pytest.mark.parametrize("data", [{"lead": "ada@acme.com"}, "ada@acme.com"])
def test_what_is_no_job_is_dead_and_what_it_held_leaves_the_queue(data: Any) -> None:
    job = Everything(data)

    ended = asyncio.run(job.handle())

    assert ended.end is JobEnd.DEAD
    assert job.told == ["replaced", "gate: unused"]
    assert "ada" not in str(job.data) + ended.reason


def test_a_foreign_lead_that_is_none_is_dead_with_the_reason() -> None:
    job = Everything(FOREIGN, fault=LeadRejected("first or last name is missing"))

    ended = asyncio.run(job.handle())

    assert ended == Ended(JobEnd.DEAD, "first or last name is missing")
    assert job.data == {"refused": "first or last name is missing"}


def test_a_foreign_lead_stays_in_the_queue_while_it_cannot_be_stored() -> None:
    job = Everything(FOREIGN, fault=LedgerError("the disk is full"))

    ended = asyncio.run(job.handle())

    assert ended == Ended(JobEnd.HANDED_BACK, "the disk is full")
    assert job.data == FOREIGN
    assert job.told == ["gate: unused"]


def test_a_damaged_store_is_for_a_person_to_mend() -> None:
    job = Everything(FOREIGN, fault=LedgerDamaged("restore a copy"))

    with pytest.raises(LedgerDamaged):
        asyncio.run(job.handle())

    assert job.told == ["gate: unused"]


@pytest.mark.parametrize("data", [FOREIGN, {"lead": "ada@acme.com"}])
def test_a_person_that_cannot_leave_the_queue_yet_keeps_the_job_in_it(data: Any) -> None:
    job = Everything(data, is_deaf=True)

    ended = asyncio.run(job.handle())

    assert ended.end is JobEnd.HANDED_BACK
    assert job.told[-1] == "gate: unused"
