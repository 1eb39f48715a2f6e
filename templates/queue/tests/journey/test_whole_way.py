"""Leads go out, come back enriched, and are where routes.yaml says: once, and nowhere else."""

from __future__ import annotations

import re
from collections import Counter

from harness.callers import Callback, calling
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
    named = {word for _, _, line in world.log_lines() for word in re.findall(r"lead-\w{32}", line)}
    assert named >= places.keys()
    assert world.leaks() == []


def test_trouble_of_every_kind_writes_nobody_into_a_log_or_a_list(world: World) -> None:
    world.fakes.hubspot.fault(status=400)
    world.fakes.outreach.fault(drops_answer=True)
    good = world.have_sent(people(6))
    server = world.serve()

    with calling(spoilt(good), server.port, secret=world.secret) as callers:
        pass
    journey = world.wait_until_settled(still_out=5)

    assert callers.answers == {400: 2, 422: 3, 200: 1}
    assert journey["unknown"] == 1  # the enrolment whose answer was lost
    lists = ("inbox list", "inbox quarantine", "dead list", "overdue --hours 0", "doctor", "budget")
    for command in lists:
        world.leadflow(*command.split())
    said = "\n".join(line for *_, line in world.log_lines())
    for trouble in ("unreadable", "enrichment_refused", "subject_mismatch", "token_", "lost"):
        assert trouble in said
    assert world.leaks() == []


def spoilt(callbacks: list[Callback]) -> list[Callback]:
    """Leave the first as it is, and make something wrong with each of the others."""
    fine, cut, twice, score, subject, forged = callbacks
    texts = (
        cut.body[:-1],
        twice.body[:-1] + b', "email": "twice"}',
        score.body.replace(b"90", b'"' + score.lead_id.encode() + b'"'),
        subject.body.replace(b'"email": "', b'"email": "not.'),
        forged.body.replace(forged.token.encode(), forged.token[:-1].encode() + b"."),
    )
    wrong = zip((cut, twice, score, subject, forged), texts, strict=True)
    return [fine, *(callback._replace(body=body) for callback, body in wrong)]


def test_the_search_of_the_logs_finds_what_is_there(world: World) -> None:
    (lead,) = people(1)
    (callback,) = world.have_sent([lead])
    word = lead["company"].lower()
    planted = {
        f'{{"event": "callback", "to": "{lead["email"].upper()}"}}': lead["email"],
        f"Traceback: ValueError: 'x{callback.token}'": callback.token.rpartition(".")[2].lower(),
        f"GET /q?mail=me%40{word}.com&x=1": word,
        f"Bearer {world.secret()};": world.secret(),
        f"Error: {lead['first_name']}": lead["first_name"].lower(),
    }
    log = world.logs / "planted.log"

    log.write_text("\n".join(planted))

    for number, word in enumerate(planted.values(), 1):
        assert ("planted.log", number, word) in world.leaks()
    log.unlink()
