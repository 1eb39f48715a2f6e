"""POST /api/crm/events, without a server: whom to believe, and what becomes of every event."""

from __future__ import annotations

import json
from typing import Any

import pytest

from harness.asgi import Heard, ask
from harness.crm import (
    HUBSPOT_SECRET,
    MAPPINGS,
    SALESFORCE_SECRET,
    URL,
    hubspot_event,
    hubspot_headers,
    salesforce_event,
    salesforce_headers,
)
from harness.intake import NOW, RULES, RecordingReception, RecordingWatch, lead_of
from leadflow.domain.crm_event import Crm, canonical_event
from leadflow.domain.errors import LedgerBusy
from leadflow.domain.source import Source
from leadflow.entrypoints.intake import IntakeEndpoint
from leadflow.entrypoints.intake_events import EventDesk, EventRules

OLD_SECRET = "the-client-secret-before"
Headers = list[tuple[str, str]]


class Door:
    """The endpoint, with everything about it recorded."""

    def __init__(self, **rules: Any) -> None:
        self.reception, self.watch, self.now = RecordingReception(), RecordingWatch(), NOW
        given = {
            "url": URL,
            "hubspot_secrets": (HUBSPOT_SECRET, OLD_SECRET),
            "salesforce_secrets": (SALESFORCE_SECRET,),
            **rules,
        }
        desk = EventDesk(EventRules(RULES, MAPPINGS, **given), self.reception)
        self.app = IntakeEndpoint(desk, watch=self.watch, now=lambda: self.now)

    def post(self, body: bytes, headers: Headers, **options: Any) -> Heard:
        return ask(self.app, body, headers=headers, **options)

    def hubspot(self, events: object, **options: Any) -> Heard:
        body = json.dumps(events).encode()
        return self.post(body, hubspot_headers(body, **{"at": self.now, **options}))

    def salesforce(self, events: object, **options: Any) -> Heard:
        body = json.dumps(events).encode()
        return self.post(body, salesforce_headers(body, **{"at": self.now, **options}))


def counted(heard: Heard) -> dict[str, int]:
    assert heard.status == 200, heard
    return {name: count for name, count in heard.json.items() if count and name != "ok"}


def test_a_delivery_of_hubspot_is_taken_in() -> None:
    door = Door()

    heard = door.hubspot([hubspot_event(1), hubspot_event(2)])

    assert counted(heard) == {"taken": 2}
    assert [each.lead for each in door.reception.arrivals] == [lead_of(1), lead_of(2)]
    assert {each.source for each in door.reception.arrivals} == {Source.CRM_EVENT}


def test_a_call_of_our_apex_is_taken_in() -> None:
    door = Door()

    assert counted(door.salesforce(salesforce_event(1))) == {"taken": 1}
    assert door.reception.arrivals[0].lead == lead_of(1)


def test_what_a_workflow_of_hubspot_sends_is_taken_in() -> None:
    told = {"email": "ada1@acme-1.com", "firstname": "Ada", "lastname": "Byron1"}
    old = {"vid": 5, "properties": {name: {"value": value} for name, value in told.items()}}

    assert counted(Door().hubspot({"objectId": 5, "properties": told})) == {"taken": 1}
    assert counted(Door().hubspot(old)) == {"taken": 1}


def test_both_crms_may_tell_of_the_same_lead() -> None:
    door = Door()

    door.hubspot([hubspot_event(1)])

    assert counted(door.salesforce(salesforce_event(1))) == {"known": 1}


def test_the_same_event_again_is_repeated_whether_replayed_or_sent_anew() -> None:
    door = Door()
    body = json.dumps([hubspot_event(1)]).encode()
    headers = hubspot_headers(body, at=NOW)
    assert counted(door.post(body, headers)) == {"taken": 1}

    assert counted(door.post(body, headers)) == {"repeated": 1}
    assert counted(door.hubspot([hubspot_event(1, attemptNumber=1)])) == {"repeated": 1}
    assert counted(door.salesforce(salesforce_event(1))) == {"known": 1}
    assert counted(door.salesforce(salesforce_event(1))) == {"repeated": 1}


def test_every_event_of_a_delivery_is_counted_by_what_became_of_it() -> None:
    door = Door()
    only_an_id = {"propertyName": "x", "propertyValue": "y", "properties": {}}
    personal = {"email": "ada@gmail.com", "firstname": "Ada", "lastname": "Byron"}
    events = [
        hubspot_event(1),
        hubspot_event(2, properties=hubspot_event(1)["properties"]),
        hubspot_event(3, subscriptionType="contact.deletion"),
        hubspot_event(4, **only_an_id),
        hubspot_event(5, properties=personal),
        hubspot_event(6, subscriptionType=None),
    ]

    heard = door.hubspot(events)

    assert counted(heard) == {
        "taken": 1,
        "known": 1,
        "ignored": 1,
        "incomplete": 2,
        "rejected": 1,
    }
    kept = dict(door.reception.bodies)
    assert kept.keys() == {canonical_event(events[n]) for n in (3, 4, 5)}
    assert kept[canonical_event(events[3])].startswith("incomplete event of a CRM: ")
    assert "gmail" not in "".join(kept.values())


def test_an_event_that_tells_one_property_is_read_as_that_property() -> None:
    door = Door()
    change = {"propertyName": "email", "propertyValue": "ada1@acme-1.com", "properties": {}}

    counts = counted(door.hubspot([hubspot_event(1, **change)]))

    assert counts == {"rejected": 1}  # LEAD_REQUIRE_NAMES: it tells no name
    assert "first or last name is missing" in door.reception.bodies[0][1]


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({"secret": "another"}, "signature_forged"),
        ({"secret": ""}, "signature_forged"),
        ({"url": "http://leads.acme.com/api/crm/events"}, "signature_forged"),
        ({"url": URL + "?a=b"}, "signature_forged"),
        ({"method": "PUT"}, "signature_forged"),
        ({"at": NOW - 301}, "signature_stale"),
        ({"at": NOW + 301}, "signature_future"),
        ({"secret": OLD_SECRET}, "events"),
        ({"at": NOW - 299}, "events"),
        ({"at": NOW + 299}, "events"),
    ],
)
def test_a_forged_or_stale_delivery_of_hubspot_is_refused_without_a_word(
    change: dict[str, Any], outcome: str
) -> None:
    door = Door()

    heard = door.hubspot([hubspot_event(1)], **change)

    assert door.watch.outcomes == [outcome]
    assert (heard.status, bool(heard.body)) == (
        (200, True) if outcome == "events" else (401, False)
    )
    assert len(door.reception.arrivals) == (outcome == "events")
    assert door.reception.bodies == []


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({"secret": "another"}, "signature_forged"),
        ({"secret": HUBSPOT_SECRET}, "signature_forged"),
        ({"at": NOW - 301}, "signature_stale"),
        ({"at": NOW + 301}, "signature_future"),
    ],
)
def test_a_forged_or_stale_call_in_the_name_of_salesforce_is_refused(
    change: dict[str, Any], outcome: str
) -> None:
    door = Door()

    assert door.salesforce(salesforce_event(1), **change).status == 401
    assert door.watch.outcomes == [outcome]
    assert door.reception.arrivals == []


def test_one_changed_byte_of_a_body_is_noticed() -> None:
    door = Door()
    body = json.dumps([hubspot_event(1)]).encode()
    headers = hubspot_headers(body, at=NOW)

    changed = [body[:n] + bytes([body[n] ^ 1]) + body[n + 1 :] for n in range(0, len(body), 7)]

    assert {door.post(other, headers).status for other in changed} == {401}


def test_the_query_under_which_hubspot_calls_is_part_of_what_it_signs() -> None:
    door, body = Door(), json.dumps([hubspot_event(1)]).encode()

    right = door.post(body, hubspot_headers(body, at=NOW, url=f"{URL}?a=1"), query=b"a=1")
    wrong = door.post(body, hubspot_headers(body, at=NOW, url=f"{URL}?a=1"), query=b"a=2")

    assert (right.status, wrong.status) == (200, 401)


@pytest.mark.parametrize("header", ["X-HubSpot-Signature-v3", "X-HubSpot-Request-Timestamp"])
def test_a_delivery_without_one_of_its_headers_is_refused(header: str) -> None:
    body = json.dumps([hubspot_event(1)]).encode()
    headers = [pair for pair in hubspot_headers(body, at=NOW) if pair[0] != header]

    assert Door().post(body, headers).status == 401


@pytest.mark.parametrize(
    "rules", [{"hubspot_secrets": ()}, {"url": ""}], ids=["no secret", "no URL"]
)
def test_a_crm_that_was_not_set_up_is_not_believed(rules: dict[str, Any]) -> None:
    door = Door(**rules)

    assert door.hubspot([hubspot_event(1)]).status == 401
    assert door.hubspot([hubspot_event(1)], secret="").status == 401
    assert door.salesforce(salesforce_event(1)).status == 200


def test_older_signatures_of_hubspot_are_not_enough() -> None:
    body = json.dumps([hubspot_event(1)]).encode()
    headers = [
        ("X-HubSpot-Signature", "0" * 64),
        ("X-HubSpot-Signature-Version", "v1"),
        ("Content-Type", "application/json"),
    ]

    assert Door().post(body, headers).status == 401


@pytest.mark.parametrize("raw", [b"", b"{", b"[1]", b'[{"a":1,"a":2}]', b"null", b'["\\ud800"]'])
def test_what_is_signed_and_cannot_be_read_is_kept(raw: bytes) -> None:
    door = Door()

    heard = door.post(raw, hubspot_headers(raw, at=NOW))

    assert (heard.status, heard.json) == (400, {"ok": False, "error": "unreadable"})
    assert [body for body, _ in door.reception.bodies] == [raw]


def test_nothing_is_read_that_is_not_json() -> None:
    body = json.dumps([hubspot_event(1)]).encode()
    headers = [*hubspot_headers(body, at=NOW)[1:], ("Content-Type", "text/xml")]

    assert Door().post(body, headers).status == 415


def test_a_body_of_256_kib_is_too_large() -> None:
    body = b" " * (256 * 1024 + 1)

    assert Door().post(body, hubspot_headers(body, at=NOW)).status == 413


@pytest.mark.parametrize("method", ["OPTIONS", "GET", "PUT"])
def test_there_is_nothing_but_post(method: str) -> None:
    assert Door().post(b"", [], method=method).status == 405


def test_a_delivery_that_could_not_be_stored_is_asked_for_again() -> None:
    door = Door()
    door.reception.fault = LedgerBusy("busy")

    heard = door.hubspot([hubspot_event(1)])

    assert (heard.status, heard.headers["retry-after"]) == (503, "5")
    door.reception.fault = None
    assert counted(door.hubspot([hubspot_event(1, attemptNumber=1)])) == {"taken": 1}


def test_a_hundred_events_are_one_delivery() -> None:
    door = Door()

    assert counted(door.hubspot([hubspot_event(n) for n in range(100)])) == {"taken": 100}


def test_the_headers_of_our_convention_have_names_that_can_be_changed() -> None:
    door = Door(salesforce_signature="X-Acme-Mac", salesforce_timestamp="X-Acme-Time")
    body = json.dumps(salesforce_event(1)).encode()
    names = ["Content-Type", "X-Acme-Mac", "X-Acme-Time"]
    values = [value for _, value in salesforce_headers(body, at=NOW)]

    assert door.post(body, list(zip(names, values, strict=True))).status == 200
    assert door.post(body, salesforce_headers(body, at=NOW)).status == 401


def test_no_secret_is_in_the_repr_of_the_rules() -> None:
    rules = EventRules(RULES, MAPPINGS, hubspot_secrets=("hidden",), salesforce_secrets=("hidden",))

    assert "hidden" not in repr(rules)
    assert {*rules.mappings} == {*Crm}
