"""Servers and workers in processes of their own share a store, and a worker dies at its work."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from harness.callers import calling
from harness.journey import World, world_in
from harness.people import people
from harness.postgres import Administrator
from harness.sent import in_database, in_inbox
from harness.server import Program, until

OUTREACH_CONCURRENCY = 4  # of destinations.yaml
LATENCY_SECONDS = 0.05  # so that whoever dies leaves something half done
LEASE_SECONDS = 60
BACKENDS = """
    SELECT array_agg(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
END_LEASES = "UPDATE delivery SET due_at = due_at - ? WHERE state = 'claimed'"


class Crowd(NamedTuple):
    """How many leads, and whether leases end by themselves, which takes a minute."""

    leads: int
    waits: bool


@pytest.fixture
def shared_world(tmp_path: Path, postgres_url: str) -> Iterator[World]:
    with world_in(tmp_path, url=postgres_url) as world:
        yield world


@pytest.mark.parametrize(
    "crowd",
    [
        pytest.param(Crowd(500, waits=False), id="500 leads, leases ended by hand"),
        pytest.param(Crowd(5_000, waits=True), id="5,000 leads", marks=pytest.mark.long),
    ],
)
def test_two_servers_and_three_workers_lose_nothing_and_do_nothing_twice(
    shared_world: World, crowd: Crowd
) -> None:
    world = shared_world
    callbacks = world.have_sent(people(crowd.leads))
    world.fakes.outreach.fault(latency_seconds=LATENCY_SECONDS)
    one, two = (world.serve("--no-work", name=f"serve-{n}") for n in (1, 2))
    workers = [world.work(f"work-{n}") for n in (1, 2, 3)]

    with (
        calling(callbacks, one.port, secret=world.secret, connections=32) as first,
        calling(callbacks[::-1], two.port, secret=world.secret, connections=32) as second,
    ):
        dead = one_at_work(workers)
        dead.kill()
        workers.remove(dead)
    if not crowd.waits:
        end_leases_of_the_dead(world, workers)
    journey = world.wait_until_settled()

    named = {callback.lead_id for callback in callbacks}
    enrolments, unknown = world.fakes.outreach.enrolments, world.unknown()
    print(
        f"answers {dict(first.answers)} and {dict(second.answers)}, new {first.news.total()} + "
        f"{second.news.total()}, {enrolments.total()} enrolled, {len(unknown)} unknown"
    )
    assert set(first.answers) == set(second.answers) == {200}
    assert first.news.total() + second.news.total() == crowd.leads
    assert sorted(in_inbox(world.store)) == sorted(named)
    assert sorted(in_database(world.store)) == sorted(named)
    assert len(world.fakes.hubspot.records) == crowd.leads
    assert max(enrolments.values()) == 1
    assert named - set(enrolments) <= unknown
    assert len(named - set(enrolments)) <= OUTREACH_CONCURRENCY
    # As many again were answered, and were on their way to the disk.
    assert len(unknown) <= 2 * OUTREACH_CONCURRENCY
    assert (journey["delivered"], journey["unknown"]) == (crowd.leads - len(unknown), len(unknown))
    assert [program.stop() for program in (one, two, *workers)] == [0, 0, 0, 0]


def one_at_work(workers: list[Program]) -> Program:
    """Wait for a worker that is enrolling people just now."""

    def found() -> list[Program]:
        return [worker for worker in workers if '"outreach"' in worker.log.read_text()]

    until(found, "a worker at work", seconds=120)
    return found()[0]


def test_a_server_and_a_worker_share_a_file_and_the_worker_may_die(world: World) -> None:
    callbacks = world.have_sent(people(300))
    server, worker = world.serve("--no-work"), world.work("work")

    with calling(callbacks, server.port, secret=world.secret) as callers:
        done = world.fakes.hubspot.records
        until(lambda: len(done) >= 50, "50 delivered", seconds=60)
        worker.kill()
        worker.start()
    journey = world.wait_until_settled()

    unknown = world.unknown()
    print(f"answers {dict(callers.answers)}, {len(unknown)} unknown: {journey}")
    assert callers.answers == {200: 300}
    assert sorted(in_inbox(world.store)) == sorted(in_database(world.store))
    assert len(in_inbox(world.store)) == len(done) == 300
    assert max(world.fakes.outreach.enrolments.values()) == 1
    assert {callback.lead_id for callback in callbacks} - {
        *world.fakes.outreach.enrolments
    } <= unknown
    assert len(unknown) <= 2 * OUTREACH_CONCURRENCY
    assert [server.stop(), worker.stop()] == [0, 0]


def end_leases_of_the_dead(world: World, alive: list[Program]) -> None:
    """Let a minute pass for what is still claimed when everybody else has put theirs down."""
    for worker in alive:
        assert worker.stop() == 0
    with world.store.open() as database:
        count = database.execute(END_LEASES, (LEASE_SECONDS,)).rowcount
    print(f"the dead worker had claimed {count}")
    for worker in alive:
        worker.start()


def test_when_the_database_crashes_under_load_callbacks_wait_and_none_is_lost(
    shared_world: World, administrator: Administrator
) -> None:
    world = shared_world
    callbacks = world.have_sent(people(1_000))
    server = world.serve("--no-work")

    with calling(callbacks, server.port, secret=world.secret, connections=16) as callers:
        until(lambda: callers.count >= 200, "some are acknowledged")
        for pid in backends(administrator)[:1]:
            os.kill(pid, signal.SIGKILL)  # PostgreSQL then ends all others, and recovers

    assert callers.answers[200] == 1_000
    assert set(callers.answers) <= {200, 429}
    assert sorted(in_inbox(world.store)) == sorted(callers.acknowledged)
    assert server.stop() == 0


@pytest.mark.long
def test_a_database_that_falls_silent_costs_429s_and_does_not_keep_the_server_from_ending(
    shared_world: World, administrator: Administrator
) -> None:
    world = shared_world
    callbacks = world.have_sent(people(1_000))
    server = world.serve()
    with calling(callbacks, server.port, secret=world.secret, connections=16) as callers:
        until(lambda: callers.count >= 200, "some are acknowledged")
        silent = backends(administrator)
        for pid in silent:
            os.kill(pid, signal.SIGSTOP)
        try:
            assert server.stop() == 0  # within the 30 seconds
        finally:
            for pid in silent:
                os.kill(pid, signal.SIGCONT)
            callers.deadline = 0.0

    assert set(callers.answers) <= {0, 200, 429}  # 0: there was no server any more
    assert set(callers.acknowledged) <= set(in_inbox(world.store))


def backends(administrator: Administrator) -> list[int]:
    """The processes of the database server that work for us."""
    (pids,) = administrator.does(BACKENDS)
    return list(pids or [])
