"""A ledger moves from a file to a server while leads are out: each goes on from there, once."""

from __future__ import annotations

import json
from collections import Counter

from harness.journey import World
from harness.people import expected_of, people
from harness.server import free_port
from harness.stores import Store

LEADS = 60
FIRST = 25
CREDITS_PER_LEAD = 6


def test_leads_half_of_them_sent_go_on_in_postgres(world: World, postgres_url: str) -> None:
    """The first are at Clay, which calls back while nobody listens, and once again afterwards."""
    port = free_port()
    server = world.serve(port=port)
    clay = world.start_clay(server)
    file = str(world.write(people(LEADS)))
    some = ("--max-credits", str(FIRST * CREDITS_PER_LEAD), "--yes")
    assert world.leadflow("send", file, *some).returncode == 75
    clay.control.wait_until_idle(30)
    assert server.stop() == 0

    moved = world.leadflow("store", "copy", "--to", postgres_url, "--format", "json")
    answer = json.loads(moved.stdout)
    world.workspace.environ["DATABASE_URL"] = postgres_url
    world.store = Store("postgres", postgres_url)
    status = world.asks("status")
    again = world.serve(port=port, name="serve-again")
    assert world.leadflow("send", file).returncode == 0
    clay.control.wait_until_idle(30)
    journey = world.wait_until_settled()

    assert moved.returncode == 0
    assert answer["before"] == answer["after"]
    assert answer["after"]["account"].items() <= status["account"].items()
    assert status["account"]["sent"] == FIRST
    rows = world.rows()
    assert Counter(Counter(row["values"]["lead_id"] for row in rows).values()) == {1: LEADS}
    places = world.went_to(rows)
    for row in rows:
        assert sorted(places[row["values"]["lead_id"]]) == sorted(expected_of(row)), row["cells"]
    assert (journey["accepted"], journey["delivered"]) == (LEADS, LEADS)
    assert again.stop() == 0
