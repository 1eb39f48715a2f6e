"""Signatures and events of a CRM, without a server."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b64encode
from typing import Any

import pytest

from leadflow.domain.crm_event import (
    Crm,
    CrmMapping,
    canonical_event,
    event_digest,
    kind_of,
    read_events,
    row_of,
)
from leadflow.domain.crm_signature import (
    Signed,
    check_signature,
    hubspot_text,
    salesforce_text,
)
from leadflow.domain.errors import SignatureRefused, Unreadable

NOW = 1_790_000_000.0
SECRETS = ("new-secret", "old-secret")
FIELDS = {
    "email": {"first_of": ["properties.email", "properties.email.value"]},
    "phone": "properties.phone",
    "company": {"value": "Acme"},
}
MAPPING = CrmMapping(frozenset({"contact.creation"}), FIELDS)
EVENT: dict[str, Any] = {
    "eventId": 1,
    "subscriptionId": 12_345,
    "portalId": 62_515,
    "occurredAt": 1_790_000_000_000,
    "subscriptionType": "contact.creation",
    "attemptNumber": 0,
    "objectId": 123,
}


def signed(text: bytes, *, secret: str = SECRETS[0], at: float = NOW, ticks: int = 1_000) -> Signed:
    mac = b64encode(hmac.new(secret.encode(), text, hashlib.sha256).digest())
    return Signed(mac, str(int(at * ticks)).encode(), ticks, text)


def refusal(given: Signed, *, now: float = NOW) -> str | None:
    try:
        check_signature(given, secrets=SECRETS, now=now, tolerance_seconds=300)
    except SignatureRefused as refused:
        return refused.code
    return None


def test_the_text_that_hubspot_signs_is_method_uri_body_and_timestamp() -> None:
    text = hubspot_text("POST", b"https://acme.com/api/crm/events", b'[{"a":1}]', b"1790000000000")

    assert text == b'POSThttps://acme.com/api/crm/events[{"a":1}]1790000000000'


def test_the_signature_in_the_tests_of_hubspots_own_client_is_believed() -> None:
    """Values of tests/spec/utils/test_signature.py in HubSpot/hubspot-api-python."""
    uri, body = b"https://www.example.com/webhook_uri", b"{'example_field':'example_value'}"
    mac = b"HPW73RUtKmcYoEDADG0s6MmGFWUzWJKAW07r8RDgcQw="
    given = Signed(mac, b"15000000", 1_000, hubspot_text("POST", uri, body, b"15000000"))

    check_signature(
        given,
        secrets=("another", "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"),
        now=15_000.0,
        tolerance_seconds=300,
    )


@pytest.mark.parametrize(
    ("uri", "decoded"),
    [
        (b"https://acme.com/a?x=1%2C2%3b3%20%2B", b"https://acme.com/a?x=1,2;3%20%2B"),
        (b"https://acme.com/%40me?next=%2Fhome%3Fa", b"https://acme.com/@me?next=/home?a"),
        (b"https://acme.com/a?x=%2525", b"https://acme.com/a?x=%2525"),
    ],
)
def test_the_escapes_that_hubspot_decodes_are_decoded_once_and_no_others(
    uri: bytes, decoded: bytes
) -> None:
    assert hubspot_text("POST", uri, b"", b"") == b"POST" + decoded


@pytest.mark.parametrize("secret", SECRETS)
def test_either_secret_is_believed_while_one_replaces_the_other(secret: str) -> None:
    assert refusal(signed(b"text", secret=secret)) is None


@pytest.mark.parametrize("ticks", [1, 1_000])
@pytest.mark.parametrize(
    ("ahead", "code"),
    [(-301, "stale"), (-299, None), (0, None), (299, None), (301, "future")],
)
def test_only_what_was_signed_just_now_is_believed(
    ahead: float, code: str | None, ticks: int
) -> None:
    assert refusal(signed(b"text", at=NOW + ahead, ticks=ticks)) == code


@pytest.mark.parametrize(
    "timestamp", [b"", b"now", b"-1", b"1e9", b" 1790000000000", b"1790000000000\n", b"9" * 16]
)
def test_a_timestamp_is_digits(timestamp: bytes) -> None:
    assert refusal(signed(b"text")._replace(timestamp=timestamp)) == "malformed"


def test_every_other_signature_is_forged() -> None:
    good = signed(b"text")
    flipped = [
        good.signature[:n] + bytes([good.signature[n] ^ 1]) + good.signature[n + 1 :]
        for n in range(len(good.signature))
    ]
    others = [*flipped, b"", b"\xff" * 44, good.signature[:-1], good.signature + b"=", b"sha256="]

    assert {refusal(good._replace(signature=other)) for other in others} == {"forged"}
    assert refusal(good._replace(text=b"texts")) == "forged"
    assert refusal(signed(b"text", secret="")) == "forged"


def test_without_secrets_nobody_is_believed() -> None:
    with pytest.raises(SignatureRefused):
        check_signature(signed(b"t", secret=""), secrets=(), now=NOW, tolerance_seconds=300)


def test_the_text_that_our_apex_signs_holds_the_timestamp() -> None:
    assert salesforce_text(b"{}", b"1790000000") == b"1790000000.{}"


def test_one_event_or_an_array_of_them_is_read() -> None:
    assert read_events(json.dumps(EVENT).encode()) == [EVENT]
    assert read_events(json.dumps([EVENT, EVENT]).encode()) == [EVENT, EVENT]
    assert read_events(b" []") == []


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[",
        b"[]x",
        b'[], "a": 1',
        b'[], "events": []',
        b"[1]",
        b"[[{}]]",
        b"[{}, null]",
        b'[{"a": 1, "a": 2}]',
        b'[{"a": NaN}]',
        b'["\\ud800"]',
        b"\xef\xbb\xbf[]",
        b"[" * 50_000,
        b"[" + b"{}," * 1_001 + b"{}]",
    ],
)
def test_what_is_no_array_of_events_is_refused(raw: bytes) -> None:
    with pytest.raises(Unreadable):
        read_events(raw)


@pytest.mark.parametrize(
    ("told", "email"),
    [
        ({"properties": {"email": "a@acme.com"}}, "a@acme.com"),
        ({"properties": {"email": {"value": "a@acme.com", "versions": []}}}, "a@acme.com"),
        ({"propertyName": "email", "propertyValue": "a@acme.com"}, "a@acme.com"),
        (
            {
                "properties": {"email": "told@acme.com"},
                "propertyName": "email",
                "propertyValue": "a@acme.com",
            },
            "told@acme.com",
        ),
        ({}, None),
        ({"properties": {"email": None}}, None),
        ({"properties": {"email": True}}, None),
        ({"properties": {"email": ["a@acme.com"]}}, None),
        ({"properties": "a@acme.com"}, None),
    ],
)
def test_fields_are_found_wherever_hubspot_puts_them(
    told: dict[str, object], email: str | None
) -> None:
    row = row_of({**EVENT, **told}, MAPPING)

    assert row.get("email") == email
    assert row["company"] == "Acme"


def test_a_number_is_a_text_to_us() -> None:
    assert row_of({"properties": {"phone": 49_301}}, MAPPING)["phone"] == "49301"


def test_an_event_that_is_sent_again_is_the_same_event() -> None:
    again = dict(reversed({**EVENT, "attemptNumber": 3}.items()))

    assert canonical_event(again) == canonical_event(EVENT)
    assert event_digest(again, Crm.HUBSPOT) == event_digest(EVENT, Crm.HUBSPOT)


@pytest.mark.parametrize("name", sorted({*EVENT} - {"attemptNumber"}))
def test_an_event_that_differs_in_anything_else_is_another(name: str) -> None:
    other = {**EVENT, name: 99}

    assert event_digest(other, Crm.HUBSPOT) != event_digest(EVENT, Crm.HUBSPOT)


def test_an_event_of_salesforce_is_known_by_its_id() -> None:
    one = {"eventId": "e1", "event": "lead.created", "record": {"Email": "a@acme.com"}}
    same = {**one, "record": {"Email": "b@acme.com"}}
    other, without = {**one, "eventId": "e2"}, {"event": "lead.created"}

    digests = [event_digest(event, Crm.SALESFORCE) for event in (one, same, other, without)]

    assert digests[0] == digests[1]
    assert len(set(digests)) == 3


@pytest.mark.parametrize(
    ("event", "crm", "kind"),
    [
        (EVENT, Crm.HUBSPOT, "contact.creation"),
        ({"properties": {}}, Crm.HUBSPOT, "workflow"),
        ({"subscriptionType": 5}, Crm.HUBSPOT, ""),
        ({"event": "lead.created"}, Crm.SALESFORCE, "lead.created"),
        ({}, Crm.SALESFORCE, ""),
    ],
)
def test_an_event_says_what_happened(event: dict[str, object], crm: Crm, kind: str) -> None:
    assert kind_of(event, crm) == kind
