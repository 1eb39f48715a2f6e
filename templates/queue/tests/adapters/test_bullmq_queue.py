"""The queue seen from outside: what goes in, what is counted, and what Redis's troubles become."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import pytest

from harness.intake import lead_of
from harness.valkey import ValkeyPlace
from leadflow.adapters.bullmq_queue import BullmqQueue, open_queue
from leadflow.adapters.redis_client import open_redis
from leadflow.domain.errors import QueueAway
from leadflow.domain.job import Job
from leadflow.domain.source import Source

T = TypeVar("T")


def jobs(count: int, **changes: Any) -> list[Job]:
    ids = (lead_of(number).lead_id for number in range(1, count + 1))
    return [Job(lead_id, Source.WEB_FORM)._replace(**changes) for lead_id in ids]


def with_queue(valkey: ValkeyPlace, work: Callable[[BullmqQueue], Awaitable[T]]) -> T:
    async def run() -> T:
        async with open_redis(valkey.url) as client, open_queue(client, attempts=4) as queue:
            return await work(queue)

    return asyncio.run(run())


def test_a_job_is_named_by_its_source_and_holds_no_person(valkey: ValkeyPlace) -> None:
    (job,) = jobs(1)

    with_queue(valkey, lambda queue: queue.add_many([job]))

    kept = valkey.does("HGETALL", f"bull:clay-enrichment:{job.lead_id}")
    assert kept["name"] == "web-form"
    assert json.loads(kept["data"]) == {"lead_id": job.lead_id, "source": "web-form"}
    assert json.loads(kept["opts"])["attempts"] == 4


def test_the_same_job_is_in_the_queue_once(valkey: ValkeyPlace) -> None:
    async def add_twice(queue: BullmqQueue) -> dict[str, int]:
        await queue.add_many(jobs(20))
        await queue.add_many(jobs(30))
        return await queue.counts()

    counts = with_queue(valkey, add_twice)

    assert counts["waiting"] == 30
    assert sum(counts.values()) == 30


def test_a_job_asked_for_again_that_still_waits_stays_as_it_is(valkey: ValkeyPlace) -> None:
    async def ask_again(queue: BullmqQueue) -> dict[str, int]:
        await queue.add_many(jobs(3))
        await queue.add_many(jobs(3, is_again=True, may_repeat=True))
        return await queue.counts()

    assert with_queue(valkey, ask_again)["waiting"] == 3


def test_no_jobs_are_no_trouble(valkey: ValkeyPlace) -> None:
    async def nothing(queue: BullmqQueue) -> tuple[dict[str, int], float | None, list[Any]]:
        await queue.add_many([])
        return await queue.counts(), await queue.oldest_waiting(), await queue.failed(0, 9)

    counts, oldest, failed = with_queue(valkey, nothing)

    assert (sum(counts.values()), oldest, failed) == (0, None, [])


def test_the_oldest_is_the_one_that_is_next(valkey: ValkeyPlace) -> None:
    async def look(queue: BullmqQueue) -> float | None:
        for job in jobs(3):
            await queue.add_many([job])
            await asyncio.sleep(0.01)
        return await queue.oldest_waiting()

    oldest = with_queue(valkey, look)
    first = valkey.does("HGET", f"bull:clay-enrichment:{jobs(1)[0].lead_id}", "timestamp")

    assert oldest == int(first) / 1_000


def test_where_a_job_is_and_that_it_can_be_removed(valkey: ValkeyPlace) -> None:
    (job,) = jobs(1)

    async def work(queue: BullmqQueue) -> list[Any]:
        before = await queue.state(job.lead_id)
        await queue.add_many([job])
        added = await queue.state(job.lead_id)
        is_retried = await queue.retry(job.lead_id)  # which did not fail
        await queue.remove(job.lead_id)
        return [before, added, is_retried, await queue.state(job.lead_id)]

    assert with_queue(valkey, work) == ["unknown", "waiting", False, "unknown"]


@pytest.mark.parametrize(
    "work",
    [
        lambda queue: queue.add_many(jobs(1)),
        lambda queue: queue.counts(),
        lambda queue: queue.failed(0, 9),
        lambda queue: queue.retry("lead-1"),
        lambda queue: queue.remove("lead-1"),
    ],
    ids=["add", "count", "failed", "retry", "remove"],
)
def test_a_redis_that_is_away_is_said_in_our_words(
    valkey: ValkeyPlace, work: Callable[[BullmqQueue], Awaitable[Any]]
) -> None:
    valkey.kill()

    with pytest.raises(QueueAway, match="what was meant for it waits"):
        with_queue(valkey, work)


@pytest.mark.case(41)
def test_a_full_redis_takes_nothing_and_forgets_nothing(valkey: ValkeyPlace) -> None:
    with_queue(valkey, lambda queue: queue.add_many(jobs(10)))
    valkey.does("CONFIG", "SET", "maxmemory", 1)

    with pytest.raises(QueueAway):
        with_queue(valkey, lambda queue: queue.add_many(jobs(20)))

    valkey.does("CONFIG", "SET", "maxmemory", 0)
    assert with_queue(valkey, lambda queue: queue.counts())["waiting"] == 10
    assert valkey.does("INFO", "stats")["evicted_keys"] == 0
