"""Leads go out, come back enriched, and are where routes.yaml says: once, and nowhere else."""

from __future__ import annotations

from collections import Counter

from harness.journey import World
from harness.people import expected_of, people

LEADS = 200


def test_every_lead_is_once_where_the_routes_say_and_no_log_names_anybody(world: World) -> None:
    server = world.serve()
    clay = world.start_clay(server)

    assert world.send(people(LEADS)) == 0
    clay.control.wait_until_idle(30)
    journey = world.wait_until_settled()

    rows = world.rows()
    assert len(rows) == LEADS
    places = world.went_to(rows)
    for row in rows:
        lead_id = row["values"]["lead_id"]
        assert sorted(places[lead_id]) == sorted(expected_of(row)), row["cells"]
    assert (journey["accepted"], journey["delivered"]) == (LEADS, LEADS)
    assert world.leadflow("status", "--check").returncode == 0
    assert server.stop() == 0
    print(f"{LEADS} leads: {Counter(place for all_ in places.values() for place in all_)}")
    words, lines = len(world.secret_words), len(world.log_lines())
    print(f"{words} words looked for in {lines} lines of log: {len(world.leaks())} found")
    assert words > 5 * LEADS
    assert lines > LEADS
    assert world.leaks() == []


def test_the_search_of_the_logs_finds_what_is_there(world: World) -> None:
    (lead,) = people(1)
    world.secret_words.update(lead.values())
    log = world.logs / "planted.log"

    log.write_text(f'{{"event": "callback", "to": "{lead["email"].upper()}"}}\n')

    assert ("planted.log", 1, lead["email"]) in world.leaks()
    log.unlink()
