"""Leads go out, come back enriched, and are where routes.yaml says: once, and nowhere else."""

from __future__ import annotations

import re
from collections import Counter

from harness.callers import Callback, calling
from harness.journey import World
from harness.log_search import search
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
    log = server.log.read_text()
    assert set(re.findall("lead-[0-9a-f]{32}", log)) == places.keys()
    assert search("serve", log) == []


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
    answers = [world.leadflow(*command.split()).stdout for command in lists]
    said = "\n".join((server.log.read_text(), *answers))
    for trouble in ("unreadable", "enrichment_refused", "subject_mismatch", "token_", "lost"):
        assert trouble in said
    assert search("log and lists", said) == []


def spoilt(callbacks: list[Callback]) -> list[Callback]:
    """Leave the first as it is, and make something wrong with each of the others."""
    fine, cut, twice, score, subject, forged = callbacks
    texts = (
        cut.body[:-1],
        twice.body[:-1] + b', "email": "twice"}',
        score.body.replace(b": 90", b': "' + score.lead_id.encode() + b'"'),
        subject.body.replace(b'"email": "', b'"email": "not.'),
        forged.body.replace(forged.token.encode(), forged.token[:-1].encode() + b"."),
    )
    wrong = zip((cut, twice, score, subject, forged), texts, strict=True)
    return [fine, *(callback._replace(body=body) for callback, body in wrong)]
