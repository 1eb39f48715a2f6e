"""Two servers and three workers share one PostgreSQL, and one worker dies at its work."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from harness.callers import calling
from harness.journey import World, world_in
from harness.people import people
from harness.postgres import PASSWORD
from harness.sent import in_database, in_inbox
from harness.server import Program, until

OUTREACH_CONCURRENCY = 4  # of destinations.yaml
LEASE_SECONDS = 60
LEASES = "SELECT count(*) FROM delivery WHERE state = 'claimed'"
END_LEASES = "UPDATE delivery SET due_at = due_at - ? WHERE state = 'claimed'"


class Crowd(NamedTuple):
    """How many leads, and whether leases end by themselves, which takes a minute."""

    leads: int
    waits: bool


@pytest.fixture
def shared_world(tmp_path: Path, postgres_url: str) -> Iterator[World]:
    with world_in(tmp_path, url=postgres_url) as world:
        world.secret_words.add(PASSWORD)
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
    one, two = (world.serve("--no-work", name=f"serve-{n}") for n in (1, 2))
    workers = [world.work(f"work-{n}") for n in (1, 2, 3)]

    with (
        calling(callbacks, one.port, secret=world.secret, connections=32) as first,
        calling(callbacks[::-1], two.port, secret=world.secret, connections=32) as second,
    ):
        done = world.fakes.hubspot.records
        until(lambda: len(done) >= crowd.leads // 4, "a quarter delivered", seconds=120)
        workers[0].kill()
    if not crowd.waits:
        end_leases_of_the_dead(world, workers[1:])
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
    assert [program.stop() for program in (one, two, *workers[1:])] == [0, 0, 0, 0]


def end_leases_of_the_dead(world: World, alive: list[Program]) -> None:
    """Let a minute pass for what is still claimed when everybody else has put theirs down."""
    for worker in alive:
        assert worker.stop() == 0
    with world.store.open() as database:
        database.execute(END_LEASES, (LEASE_SECONDS,))
    for worker in alive:
        worker.start()
