"""Dead jobs are found where they lie, kept once, and put back as often as somebody asks."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from leadflow.domain.dead_job import DeadJob, FailedJob, Redrive
from leadflow.domain.job import Job
from leadflow.domain.ledger import State
from leadflow.domain.source import Source
from leadflow.use_cases.redrive import Known, purge_jobs, redrive_job
from leadflow.use_cases.sweep_dead import PAGE, Swept, sweep_dead


@dataclass
class FakeQueue:
    """A failed set, and the other places where a job may be."""

    dead: list[FailedJob] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)
    added: list[Job] = field(default_factory=list)
    pages: int = 0

    async def failed(self, start: int, end: int) -> Sequence[FailedJob]:
        self.pages += 1
        newest_first = sorted(self.dead, key=lambda job: job.failed_at, reverse=True)
        return newest_first[start : end + 1]

    async def remove(self, job_id: str) -> bool:
        self.dead = [job for job in self.dead if job.job_id != job_id]
        return True

    async def state(self, job_id: str) -> str:
        return self.places.get(job_id, "unknown")

    async def add_many(self, jobs: Sequence[Job]) -> None:
        self.added += jobs
        self.places |= {job.lead_id: "waiting" for job in jobs}


@dataclass
class FakeGraveyard:
    known: dict[str, Known] = field(default_factory=dict)
    kept: dict[str, FailedJob] = field(default_factory=dict)
    marks: dict[str, str] = field(default_factory=dict)

    async def keep(self, failed: Sequence[FailedJob]) -> int:
        news = [job for job in failed if self.kept.get(job.job_id) != job]
        self.kept |= {job.job_id: job for job in news}
        return len(news)

    async def sent_among(self, lead_ids: Sequence[str]) -> set[str]:
        return {
            lead_id
            for lead_id in lead_ids
            if lead_id in self.known and self.known[lead_id].state is State.SENT
        }

    async def look(self, lead_id: str) -> Known | None:
        return self.known.get(lead_id)

    async def mark(self, lead_ids: Sequence[str], state: str) -> None:
        self.marks |= dict.fromkeys(lead_ids, state)

    async def older(self, *, before: float, limit: int) -> Sequence[DeadJob]:
        jobs = [job for job in self.kept.values() if job.failed_at < before]
        left = [job for job in jobs if job.job_id not in self.marks]
        return [
            DeadJob(job.job_id, job.name, job.reason, 1, 0, job.failed_at, "dead")
            for job in left[:limit]
        ]


def dead_jobs(count: int) -> list[FailedJob]:
    return [
        FailedJob(f"lead-{n}", "web-form", "refused", 3, 0.0, 1_000.0 + n) for n in range(count)
    ]


@pytest.mark.parametrize("count", [0, 1, PAGE - 1, PAGE, PAGE + 1, 3 * PAGE])
def test_a_sweep_finds_every_dead_job_once(count: int) -> None:
    queue, graveyard = FakeQueue(dead_jobs(count)), FakeGraveyard()

    first = asyncio.run(sweep_dead(queue, graveyard))
    second = asyncio.run(sweep_dead(queue, graveyard))

    assert len(graveyard.kept) == first.dead == count
    assert second.dead == 0
    assert len(queue.dead) == count  # they stay there until somebody redrives or purges them


def test_a_later_sweep_reads_only_what_is_new() -> None:
    queue, graveyard = FakeQueue(dead_jobs(5 * PAGE)), FakeGraveyard()
    swept = asyncio.run(sweep_dead(queue, graveyard))
    queue.dead.append(FailedJob("lead-new", "web-form", "refused", 3, 0.0, 9_999.0))
    queue.pages = 0

    later = asyncio.run(sweep_dead(queue, graveyard, since=swept.newest))

    assert later == Swept(dead=1, newest=9_999.0)
    assert queue.pages == 1


def test_a_job_that_failed_after_its_lead_was_sent_is_no_dead_job() -> None:
    queue = FakeQueue(dead_jobs(3))
    graveyard = FakeGraveyard({"lead-1": Known(State.SENT, Source.WEB_FORM, is_emptied=False)})

    swept = asyncio.run(sweep_dead(queue, graveyard))

    assert (swept.dead, swept.settled) == (2, 1)
    assert [job.job_id for job in queue.dead] == ["lead-0", "lead-2"]


@pytest.mark.case(48)
def test_redriving_twice_is_redriving_once() -> None:
    queue, graveyard = FakeQueue(dead_jobs(1)), FakeGraveyard()
    graveyard.known["lead-0"] = Known(State.FAILED, Source.CRM_EVENT, is_emptied=False)

    first = asyncio.run(redrive_job("lead-0", queue=queue, graveyard=graveyard))
    second = asyncio.run(redrive_job("lead-0", queue=queue, graveyard=graveyard))

    assert (first, second) == (Redrive.BACK, Redrive.ON_ITS_WAY)
    assert queue.added == [Job("lead-0", Source.CRM_EVENT, is_again=True)]
    assert graveyard.marks == {"lead-0": "redriven"}


@pytest.mark.case(48)
def test_redriving_a_sent_lead_sends_nothing_and_takes_it_off_the_list() -> None:
    queue, graveyard = FakeQueue(dead_jobs(1)), FakeGraveyard()
    graveyard.known["lead-0"] = Known(State.SENT, Source.WEB_FORM, is_emptied=False)

    redriven = asyncio.run(redrive_job("lead-0", queue=queue, graveyard=graveyard))

    assert redriven is Redrive.SENT
    assert (queue.added, queue.dead) == ([], [])
    assert graveyard.marks == {"lead-0": "redriven"}


def test_an_unknown_lead_goes_back_only_for_who_accepts_a_second_row() -> None:
    queue, graveyard = FakeQueue(), FakeGraveyard()
    graveyard.known["lead-0"] = Known(State.UNKNOWN, Source.WEB_FORM, is_emptied=False)

    plainly = asyncio.run(redrive_job("lead-0", queue=queue, graveyard=graveyard))
    boldly = asyncio.run(redrive_job("lead-0", queue=queue, graveyard=graveyard, may_repeat=True))

    assert (plainly, boldly) == (Redrive.UNKNOWN, Redrive.BACK)
    assert queue.added == [Job("lead-0", Source.WEB_FORM, is_again=True, may_repeat=True)]


def test_what_nobody_knows_cannot_be_redriven() -> None:
    redriven = asyncio.run(redrive_job("lead-0", queue=FakeQueue(), graveyard=FakeGraveyard()))

    assert redriven is Redrive.NOT_KNOWN


def test_what_is_purged_is_gone_from_the_queue_and_is_not_found_again() -> None:
    queue, graveyard = FakeQueue(dead_jobs(5)), FakeGraveyard()
    asyncio.run(sweep_dead(queue, graveyard))

    purged = asyncio.run(purge_jobs(queue=queue, graveyard=graveyard, before=1_003.0, page=2))

    assert purged == 3
    assert [job.job_id for job in queue.dead] == ["lead-3", "lead-4"]
    assert set(graveyard.marks.values()) == {"purged"}
