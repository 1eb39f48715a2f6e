"""Leads at the door, and what the store holds of them afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from leadflow.adapters.data_files import load_lead_table
from leadflow.adapters.database import Database
from leadflow.adapters.sql_reception import receive
from leadflow.domain.columns import ColumnRules
from leadflow.domain.errors import LedgerError, QueueAway
from leadflow.domain.job import Job
from leadflow.domain.lead import Lead, LeadRules, identify, parse_lead
from leadflow.domain.source import Source
from leadflow.entrypoints.intake_terms import IntakeAnswer
from leadflow.use_cases.take_in import ArrivedLead, Taken

__all__ = [
    "COLUMNS",
    "NOW",
    "RULES",
    "RecordingQueue",
    "RecordingReception",
    "RecordingWatch",
    "arrived",
    "form_of",
    "jobs_in",
    "lead_of",
    "sources_in",
    "taken",
]

NOW = 1_790_000_000.0
RULES = LeadRules(
    personal_mail=frozenset({"gmail"}),
    max_body_bytes=100_000,
    rejects_personal_mail=True,
    requires_names=True,
)
COLUMNS = ColumnRules(
    {title: name for name, titles in load_lead_table()["fields"].items() for title in titles}
)
JOBS = "SELECT lead_id, source, is_again, may_repeat FROM outbox ORDER BY outbox_id"
SOURCES = """
    SELECT source, times, first_at, last_at
      FROM lead_source JOIN lead ON seq = lead_seq
     WHERE lead_id = ?
     ORDER BY source
"""


def form_of(number: int = 1, **changes: str) -> dict[str, str]:
    """What a person fills in."""
    names = {"first_name": "Ada", "last_name": f"Byron{number}"}
    return {"email": f"ada{number}@acme-{number}.com", **names, **changes}


def lead_of(number: int = 1) -> Lead:
    return parse_lead(form_of(number), RULES)


def arrived(
    number: int = 1,
    source: Source = Source.WEB_FORM,
    *,
    at: float = NOW,
    event: bytes | None = None,
) -> ArrivedLead:
    return ArrivedLead(lead_of(number), source, at, event)


def taken(database: Database, *arrivals: ArrivedLead) -> list[Taken]:
    with database.transaction():
        return receive(database, arrivals)


def jobs_in(database: Database) -> list[Job]:
    rows = database.execute(JOBS).fetchall()
    return [Job(row[0], Source(row[1]), bool(row[2]), bool(row[3])) for row in rows]


def sources_in(database: Database, number: int = 1) -> list[tuple[str, int, float, float]]:
    found = database.execute(SOURCES, (identify(form_of(number)),))
    return [(source, times, first, last) for source, times, first, last in found]


@dataclass
class RecordingReception:
    """Remembers what it took; fails when it is told to."""

    arrivals: list[ArrivedLead] = field(default_factory=list)
    bodies: list[tuple[bytes, str]] = field(default_factory=list)
    fault: LedgerError | None = None

    async def take(self, arrived: ArrivedLead) -> Taken:
        if self.fault:
            raise self.fault
        if arrived.event and arrived.event in {each.event for each in self.arrivals}:
            return Taken.REPEATED
        is_known = arrived.lead.lead_id in {each.lead.lead_id for each in self.arrivals}
        self.arrivals.append(arrived)
        return Taken.KNOWN if is_known else Taken.NEW

    async def quarantine(self, body: bytes, *, reason: str, now: float) -> None:
        if self.fault:
            raise self.fault
        self.bodies.append((body, reason))


@dataclass
class RecordingQueue:
    """A queue that remembers; it takes nothing while it is away."""

    jobs: list[Job] = field(default_factory=list)
    calls: list[int] = field(default_factory=list)
    is_away: bool = False
    added: asyncio.Event = field(default_factory=asyncio.Event)

    async def add_many(self, jobs: Sequence[Job]) -> None:
        self.calls.append(len(jobs))
        if self.is_away:
            raise QueueAway("nobody is there")
        self.jobs += jobs
        self.added.set()

    def lead_ids(self) -> Iterable[str]:
        return [job.lead_id for job in self.jobs]


@dataclass
class RecordingWatch:
    """Remembers what was answered, and what went wrong."""

    answers: list[IntakeAnswer] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)

    def answered(self, desk: str, answer: IntakeAnswer, *, seconds: float) -> None:
        self.answers.append(answer)

    def failed(self, fault: Exception) -> None:
        self.faults.append(fault)

    @property
    def outcomes(self) -> list[str]:
        return [answer.outcome for answer in self.answers]
