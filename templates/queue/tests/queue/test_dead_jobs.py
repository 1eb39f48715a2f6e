"""Dead jobs from the failed set to the list, and back through the gate."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from harness.queue_world import QueueWorld
from harness.sender import RecordingObserver, Sender, opened
from leadflow.adapters.committed_dead_jobs import CommittedDeadJobs
from leadflow.domain.dead_job import DeadJob, Redrive
from leadflow.entrypoints.cli_dead_jobs import DeadId, print_jobs, print_redriven
from leadflow.entrypoints.dead_jobs_desk import (
    DeadDesk,
    JobListing,
    list_jobs,
    purge_dead_jobs,
    redrive_jobs,
    show_job,
)
from leadflow.entrypoints.dead_jobs_loop import keep_sweeping
from leadflow.use_cases.sweep_dead import sweep_dead

FOR_EVER = 1e12


class Desk:
    """Opens what the command works on."""

    def __init__(self, world: QueueWorld) -> None:
        self.world = world

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[DeadDesk]:
        async with opened(self.world.plan) as sender:
            yield DeadDesk(sender.queue, CommittedDeadJobs(sender.writer))

    def listed(self, *, reason: str | None = None) -> JobListing:
        return list_jobs(self, name=None, reason=reason, limit=100)


def swept(world: QueueWorld) -> Desk:
    async def sweep(sender: Sender) -> None:
        await sweep_dead(sender.queue, CommittedDeadJobs(sender.writer))

    world.does(sweep)
    return Desk(world)


@pytest.mark.case(48)
def test_a_dead_job_is_listed_with_its_reason_and_redriven_once(alone: QueueWorld) -> None:
    alone.with_plan(concurrency=1)
    (job, *_) = alone.prepare(3)
    alone.clay.control.set_faults("400,count=1")
    alone.work()
    desk = swept(alone)
    (dead,) = desk.listed().jobs

    first = redrive_jobs(desk, [job.lead_id], may_repeat=False)
    second = redrive_jobs(desk, [job.lead_id], may_repeat=False)
    again = alone.work()
    third = redrive_jobs(desk, [job.lead_id], may_repeat=False)
    idle = alone.work()

    assert (dead.lead_id, dead.reason, dead.attempts) == (
        job.lead_id,
        "refused by Clay (400)",
        1,
    )
    assert first == {job.lead_id: Redrive.BACK}
    assert second == {job.lead_id: Redrive.ON_ITS_WAY}
    assert third == {job.lead_id: Redrive.SENT}
    assert (again.ends.total(), idle.ends.total()) == (1, 0)
    assert alone.states() == {"sent": 3}
    assert max(alone.rows().values()) == 1
    assert desk.listed() == JobListing([], 0)
    assert alone.failed() == []


@pytest.mark.case(48)
def test_many_redriven_jobs_keep_the_rate_and_the_budget(alone: QueueWorld) -> None:
    alone.prepare(20)
    alone.clay.control.set_faults("400,count=20")
    alone.work()
    desk = swept(alone)
    alone.with_plan(calls_per_second=5, daily_credits=60)  # for ten of them

    redriven = redrive_jobs(desk, [job.lead_id for job in desk.listed().jobs], may_repeat=False)
    observer = RecordingObserver()
    with pytest.raises(TimeoutError):  # the others wait for the budget
        alone.work(seconds=6, observer=observer)

    assert set(redriven.values()) == {Redrive.BACK}
    assert alone.states() == {"sent": 10, "failed": 10}
    assert observer.most_in_a_second <= 5
    assert alone.depth()["wait"] == 10
    assert alone.failed() == []


def test_the_loop_finds_what_dies_in_other_processes(shared: QueueWorld) -> None:
    shared.prepare(6)
    shared.clay.control.set_faults("400,count=2")
    shared.start()
    shared.settle()
    observer = RecordingObserver()

    async def sweep(sender: Sender) -> None:
        stop, jobs = asyncio.Event(), CommittedDeadJobs(sender.writer)
        sweeping = asyncio.ensure_future(
            keep_sweeping(sender.queue, jobs, stop=stop, observer=observer, every_seconds=0.05)
        )
        async with asyncio.timeout(10):
            while await jobs.count(name=None, reason=None) < 2:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.02)
        stop.set()
        await sweeping

    shared.does(sweep)

    assert observer.warnings == ["2 jobs are dead; `leadflow dead list` has them"]
    assert len(shared.failed()) == 2


def test_a_lead_that_is_unknown_is_redriven_only_by_who_accepts_two_rows(
    alone: QueueWorld,
) -> None:
    (job,) = alone.prepare(1)
    alone.clay.control.set_faults("accept_then_reset,count=1")
    alone.work()
    desk = swept(alone)

    plainly = redrive_jobs(desk, [job.lead_id], may_repeat=False)
    boldly = redrive_jobs(desk, [job.lead_id], may_repeat=True)
    alone.work()

    assert (plainly, boldly) == ({job.lead_id: Redrive.UNKNOWN}, {job.lead_id: Redrive.BACK})
    assert alone.states() == {"sent": 1}
    assert alone.rows() == {job.lead_id: 2}


def test_a_purged_job_leaves_the_queue_and_the_list_and_its_lead_stays(alone: QueueWorld) -> None:
    (job,) = alone.prepare(1)
    alone.clay.control.set_faults("400,count=1")
    alone.work()
    desk = swept(alone)

    purged = purge_dead_jobs(desk, before=FOR_EVER)
    swept(alone)

    assert purged == 1
    assert alone.failed() == []
    assert desk.listed() == JobListing([], 0)
    shown = show_job(desk, job.lead_id)
    assert shown is not None
    assert (shown.state, shown.lead_state) == ("purged", "failed")


def test_a_job_of_another_program_is_taken_in_and_sent_under_its_own_id(alone: QueueWorld) -> None:
    alone.prepare(0)
    lead = {"email": "ada@acme.com", "first_name": "Ada", "last_name": "Byron"}

    async def add(sender: Sender) -> None:
        queue = sender.queue._queue
        await queue.add("crm-event", {"lead": lead}, {})
        await queue.add("crm-event", {"lead": {"email": "nobody"}}, {})

    alone.does(add)
    alone.work()

    outbox, kept = alone.asked("SELECT source FROM outbox"), alone.everything_in_redis()
    assert alone.states() == {"waiting": 1}
    assert outbox == [("crm-event",)]
    assert "acme" not in kept
    assert "nobody" not in kept
    assert len(alone.failed()) == 1


@pytest.mark.parametrize(("text", "read"), [("17", 17), ("lead-" + "a" * 32, "lead-" + "a" * 32)])
def test_an_id_is_a_delivery_or_a_job(text: str, read: int | str) -> None:
    assert DeadId().convert(text, None, None) == read


def test_what_is_printed_tells_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    job = DeadJob("lead-1", "web-form", "redirect (302)", 3, 1.0, 2.0, "dead", "failed")

    print_jobs(JobListing([job], 4))
    print_redriven({"lead-1": Redrive.BACK, "lead-2": Redrive.UNKNOWN})

    out, err = capsys.readouterr()
    assert "web-form  failed   3      1970-01-01 00:00:02Z  redirect (302)" in out
    assert "3 more jobs" in out
    assert "1 jobs will be tried again" in out
    assert "lead-2 was left alone: unknown" in err


def test_two_sweeps_count_a_death_once(shared: QueueWorld) -> None:
    shared.prepare(2)
    shared.clay.control.set_faults("400,count=2")
    shared.work()
    desk = swept(shared)
    swept(shared)

    assert [job.attempts for job in desk.listed().jobs] == [1, 1]
