"""Redis in a power cut: what it acknowledged is there afterwards, since it syncs every write."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

from harness.gates import NOT_PACED, NOTHING, RULES, gate_on, hash_of
from harness.power_loss import PowerLoss, built_shim
from harness.queue_world import job_of
from harness.valkey import ValkeyPlace, started
from leadflow.adapters.bullmq_queue import BullmqQueue, open_queue
from leadflow.adapters.redis_client import check_durability, open_redis
from leadflow.adapters.redis_gate import RedisGate
from leadflow.domain.errors import QueueAway, SettingsError
from leadflow.domain.gate import Leave

EACH = 200  # jobs and grants before the power fails
CALLERS = 4  # at once, so that it fails in the midst of something
CREDITS = 6
FAST = replace(RULES, rate=NOT_PACED)
JOB, LEAVE = "bull:clay-enrichment:{}", "{{leadflow:test}}:gate:leave:{}"


class Acknowledged(NamedTuple):
    """What the server said that it has."""

    jobs: list[str]
    leaves: list[str]


@pytest.mark.case(39)
def test_after_a_power_cut_every_acknowledged_job_and_grant_is_there(tmp_path: Path) -> None:
    with started(appendfsync="always") as place:
        told = cut_while_working(place, tmp_path)

        assert lost(place, told) == ([], [])
        assert reserved(place) >= len(told.leaves) * CREDITS
        assert durable(place)


@pytest.mark.case(39)
def test_a_server_that_syncs_once_a_second_loses_what_it_acknowledged_and_is_refused(
    tmp_path: Path,
) -> None:
    """So the power cut takes something, and the check that stands before it is needed."""
    with started(appendfsync="everysec") as place:
        told = cut_while_working(place, tmp_path)

        gone = lost(place, told)
        assert gone.jobs
        assert gone.leaves
        assert reserved(place) < len(told.leaves) * CREDITS
        with pytest.raises(SettingsError, match="set `appendfsync always` there"):
            durable(place)


def cut_while_working(place: ValkeyPlace, folder: Path) -> Acknowledged:
    """Add jobs and ask the gate until the power fails; start the server again after it."""
    asyncio.run(_prepare(place))
    place.kill()
    power = PowerLoss(place.data, folder / "synced", built_shim(folder))
    place.environ = power.environ
    place.restart()

    told = asyncio.run(_until_the_power_fails(place))

    cut = power.cut()
    place.environ = {}
    place.restart()
    print(
        f"{place.config}: {cut} files were cut; acknowledged were {len(told.jobs)} jobs and "
        f"{len(told.leaves)} grants, lost of these {list(map(len, lost(place, told)))}"
    )
    return told


async def _prepare(place: ValkeyPlace) -> None:
    async with (
        gate_on(place, FAST, standing=NOTHING),
        open_redis(place.url) as client,
        open_queue(client, attempts=3) as queue,
    ):
        await queue.add_many([job_of(0)])


async def _until_the_power_fails(place: ValkeyPlace) -> Acknowledged:
    told, numbers = Acknowledged([], []), iter(range(1, 1_000_000))

    async def work(queue: BullmqQueue, gate: RedisGate) -> None:
        while place.process is not None:
            job = job_of(next(numbers))
            await queue.add_many([job])
            told.jobs.append(job.lead_id)
            answer = await gate.ask()
            if isinstance(answer, Leave):
                told.leaves.append(answer.leave_id)
            if len(told.leaves) >= EACH:
                place.kill()

    async with (
        gate_on(place, FAST, standing=None) as gate,
        open_redis(place.url) as client,
        open_queue(client, attempts=3) as queue,
    ):
        workers = [work(queue, gate) for _ in range(CALLERS)]
        ends = await asyncio.gather(*workers, return_exceptions=True)
    assert all(end is None or isinstance(end, QueueAway) for end in ends), ends
    return told


def lost(place: ValkeyPlace, told: Acknowledged) -> Acknowledged:
    return Acknowledged(
        [job for job in told.jobs if not place.does("EXISTS", JOB.format(job))],
        [leave for leave in told.leaves if not place.does("EXISTS", LEAVE.format(leave))],
    )


def reserved(place: ValkeyPlace) -> float:
    held = hash_of(place, "budget")
    days = [int(held[name]) for name in held if len(name) == len("2026-11-23:credits")]
    return max(days, default=0) / 1_000


def durable(place: ValkeyPlace) -> bool:
    async def check() -> bool:
        async with open_redis(place.url) as client:
            return await check_durability(client) is None

    return asyncio.run(check())
