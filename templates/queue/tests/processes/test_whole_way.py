"""Leads of three sources through the queue to Clay, back, and everywhere, while a worker dies."""

from __future__ import annotations

import json
import time
from collections import Counter
from itertools import chain

from clay_sandbox import parse_fault
from harness.crm import HUBSPOT_SECRET, hubspot_event, hubspot_headers
from harness.journey import World
from harness.people import Person, Row, expected_of, people
from harness.programs import (
    SECRET_OF_FORMS,
    account_of,
    enqueue,
    post,
    rows_at_clay,
    wait_until_sent,
    working,
)
from harness.server import Server, free_port, until
from harness.warehouses import sql
from harness.workspace import ROOT
from leadflow.domain.lead import identify

LEADS = 60
IN_HAND = 5  # of a worker; as many enrolments may be under way, and as many answered
LEASE_SECONDS = 60
END_LEASES = "UPDATE delivery SET due_at = due_at - ? WHERE state = 'claimed'"
LEFT = "SELECT count(*) FROM lead WHERE state IN ('waiting', 'sending')"
LOST = "SELECT lead_id FROM lead WHERE state = 'unknown'"
IN_WAREHOUSE = "SELECT lead_id FROM leadflow.enrichment"
JSON = ("Content-Type", "application/json")


def test_each_lead_is_once_where_it_belongs_or_listed_as_unknown(shared: World) -> None:
    port = set_up(shared)
    server = shared.serve("--no-work", port=port)
    shared.start_clay(server, parse_fault("latency,seconds=0.4"))  # so that a job is in hand
    workers = [working(shared, name=f"work-{n}") for n in (1, 2)]
    bring_in(shared, port, people(LEADS))

    wait_until_sent(shared, LEADS // 3)
    workers[0].kill()
    until(lambda: not left(shared), "nothing left", seconds=60)
    take_over(shared, workers[1])
    journey = shared.wait_until_settled()

    rows, unknown = shared.rows(), shared.unknown()
    places = went_to(shared, rows)
    print(f"{journey}, unknown: {len(unknown)}, {Counter(chain(*places.values()))}")
    assert max(Counter(rows_at_clay(shared)).values()) == 1
    assert {*rows_at_clay(shared)} | lost(shared) == {identify(lead) for lead in people(LEADS)}
    for row in rows:
        lead_id = row["values"]["lead_id"]
        missing = Counter(expected_of(row) | {"warehouse"}) - Counter(places[lead_id])
        assert set(missing) <= ({"outreach", "nurture"} if lead_id in unknown else set())
        assert set(Counter(places[lead_id]).values()) == {1}, places[lead_id]
    assert len(unknown) <= 2 * IN_HAND
    assert len(lost(shared)) <= IN_HAND
    assert journey["accepted"] == LEADS == journey["delivered"] + journey["unknown"]
    assert shared.asks("gate", "show")["budget"][0]["reserved"] <= 6 * (LEADS + IN_HAND)
    assert [server.stop(), workers[1].stop()] == [0, 0]


def set_up(world: World) -> int:
    """Let every source in, and every destination be served; return the port of the server."""
    port, files = free_port(), ROOT / "tools/demo_files"
    world.workspace.environ |= {
        "INTAKE_SECRETS": SECRET_OF_FORMS,
        "HUBSPOT_CLIENT_SECRET": HUBSPOT_SECRET,
        "CRM_EVENTS_URL": events_url(port),
        "CRM_EVENTS_FILE": str(ROOT / "crm_events.yaml"),
        "DESTINATIONS_FILE": str(files / "queue_destinations.yaml"),
        "ROUTES_FILE": str(files / "queue_routes.yaml"),
    }
    return port


def events_url(port: int) -> str:
    return f"http://127.0.0.1:{port}/api/crm/events"


def bring_in(world: World, port: int, leads: list[Person]) -> None:
    """A third each, and a few of them twice, from two sources."""
    forms, events, file = leads[: LEADS // 3 + 2], leads[LEADS // 3 : 40], leads[38:]
    proof = ("Authorization", f"Bearer {SECRET_OF_FORMS}")
    for form in forms:
        assert post(port, "/api/leads", json.dumps(form).encode(), [JSON, proof]) == 200
    told = [event_of(number, lead) for number, lead in enumerate(events, 1)]
    body = json.dumps(told).encode()
    headers = hubspot_headers(body, at=time.time(), url=events_url(port))
    assert post(port, "/api/crm/events", body, headers) == 200
    assert enqueue(world, file).returncode == 0
    assert account_of(world).accepted == LEADS


def event_of(number: int, lead: Person) -> dict[str, object]:
    named = {"firstname": lead["first_name"], "lastname": lead["last_name"]}
    return hubspot_event(number, properties={"email": lead["email"], **named})


def left(world: World) -> int:
    """How many leads wait, or are in somebody's hands."""
    with world.store.open_to_read() as database:
        (count,) = database.execute(LEFT).fetchone()
    return int(count)


def lost(world: World) -> set[str]:
    """The leads that Clay may have, as far as anybody knows."""
    with world.store.open_to_read() as database:
        return {lead_id for (lead_id,) in database.execute(LOST)}


def take_over(world: World, worker: Server) -> None:
    """Let a minute pass for what the dead worker had claimed."""
    assert worker.stop() == 0
    with world.store.open() as database, database.transaction():
        database.execute(END_LEASES, (LEASE_SECONDS,))
    worker.start()


def went_to(world: World, rows: list[Row]) -> dict[str, list[str]]:
    """Where each lead is, the warehouse among it."""
    places = world.went_to(rows)
    for (lead_id,) in sql(world.workspace.folder / "warehouse", IN_WAREHOUSE):
        places.setdefault(lead_id, []).append("warehouse")
    return places
