"""POST /api/leads, without a server: who is listened to, what is read, what is answered."""

from __future__ import annotations

import json
from collections.abc import Mapping
from ipaddress import ip_network
from typing import Any
from urllib.parse import urlencode

import pytest

from harness.asgi import Heard, ask
from harness.intake import (
    COLUMNS,
    NOW,
    RULES,
    RecordingReception,
    RecordingWatch,
    form_of,
    lead_of,
)
from leadflow.domain.address_limit import AddressLimit
from leadflow.domain.errors import LedgerBusy
from leadflow.domain.source import Source
from leadflow.entrypoints.intake import IntakeEndpoint
from leadflow.entrypoints.intake_forms import FormDesk, FormRules

SECRETS = ("new-" + "s" * 39, "old-" + "s" * 39)
JSON = ("Content-Type", "application/json")
FORM = ("Content-Type", "application/x-www-form-urlencoded")
PROVEN = ("Authorization", f"Bearer {SECRETS[1]}")
ORIGIN = "https://www.acme.com"
BODY = json.dumps(form_of()).encode()


class Door:
    """The endpoint, with everything about it recorded."""

    def __init__(self, *, burst: int = 100, interval_seconds: float = 60, **rules: Any) -> None:
        self.reception, self.watch, self.now = RecordingReception(), RecordingWatch(), NOW
        limit = AddressLimit(interval_seconds, burst)
        desk = FormDesk(FormRules(RULES, COLUMNS, **rules), self.reception, limit)
        self.app = IntakeEndpoint(desk, watch=self.watch, now=lambda: self.now)

    def post(self, body: bytes = BODY, *headers: tuple[str, str], **options: Any) -> Heard:
        names = {name.lower() for name, _ in headers}
        usual = [] if "content-type" in names else [JSON]
        return ask(self.app, body, headers=[*usual, *headers], **options)


def body_of(pairs: Mapping[str, object]) -> bytes:
    return json.dumps(pairs).encode()


@pytest.mark.parametrize(
    ("body", "kind"), [(BODY, JSON), (urlencode(form_of()).encode(), FORM)], ids=["JSON", "a form"]
)
def test_a_lead_is_answered_200_once_it_is_stored(body: bytes, kind: tuple[str, str]) -> None:
    door = Door()

    heard = door.post(body, kind)

    assert heard.status == 200
    assert heard.json == {"ok": True, "lead_id": lead_of().lead_id, "duplicate": False}
    (arrived,) = door.reception.arrivals
    assert (arrived.lead, arrived.source, arrived.arrived_at) == (
        lead_of(),
        Source.WEB_FORM,
        NOW,
    )


def test_names_of_fields_are_understood_as_those_of_a_file() -> None:
    door = Door()
    named = {"E-Mail": "ada1@acme-1.com", "First Name": "Ada", "surname": "Byron1"}

    assert door.post(body_of(named)).json["lead_id"] == lead_of().lead_id


def test_what_no_field_is_named_after_is_not_kept() -> None:
    door = Door()

    door.post(body_of({**form_of(), "utm_source": "x", "card": ["4111"], "csrf": None}))

    assert door.reception.arrivals[0].lead == lead_of()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": 5}, "email"),
        ({"email": ["ada@acme.com"]}, "email"),
        ({"first_name": {"a": "b"}}, "first_name"),
        ({"first_name": True}, "first_name"),
        ({"E-Mail": "b@acme.com"}, "email"),
        ({"email": "nobody"}, "e-mail"),
        ({"email": "ada@gmail.com"}, "personal"),
        ({"first_name": None}, "name"),
        ({"email": None}, "no e-mail"),
        ({"company": "x" * 10_000, "title": "\u00e4" * 400, "email": "a b"}, "e-mail"),
    ],
)
def test_what_is_no_lead_is_answered_422_with_the_reason(
    changes: dict[str, object], field: str
) -> None:
    door = Door()

    heard = door.post(body_of({**form_of(), **changes}))

    assert (heard.status, heard.json["error"]) == (422, "rejected")
    assert field in heard.json["reason"]
    assert door.reception.arrivals == []


@pytest.mark.parametrize(
    "value",
    [
        *("<script>alert(1)</script>", "\u202eevil", "a\r\nBcc: x@y.z", "${jndi:ldap://x}"),
        *("' OR 1=1 --", "../../etc/passwd", "=cmd|' /C calc'!A0", "ada@acme.com, b@acme.com"),
        *("a@b@c", "\u0430da@\u0430cme.com.", "a" * 300 + "@acme.com", "ada@[127.0.0.1]", "@@@"),
    ],
)
@pytest.mark.parametrize("name", ["email", "first_name", "company", "domain", "phone"])
@pytest.mark.parametrize("kind", [JSON, FORM], ids=["JSON", "a form"])
def test_no_answer_and_no_note_repeats_a_hostile_value(
    value: str, name: str, kind: tuple[str, str]
) -> None:
    door = Door()
    fields = {**form_of(), name: value}

    heard = door.post(body_of(fields) if kind == JSON else urlencode(fields).encode(), kind)

    assert heard.status in {200, 422}
    said = heard.body.decode() + repr(heard.headers) + repr(door.watch)
    assert value not in said
    assert "Ada" not in said
    assert not door.watch.faults
    if heard.status == 200 and name not in {"email", "domain"}:
        assert door.reception.arrivals[0].lead.fields[name] == value.strip()


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"email", b"email=a&&x", b"email=%FF", b"email=%00", b"email=%ED%A0%80"),
        *("email=\u00e4".encode(), b"&".join(b"f%d=x" % n for n in range(201))),
    ],
)
def test_a_form_that_cannot_be_read_is_refused(body: bytes) -> None:
    heard = Door().post(body, FORM)

    assert heard.status == (422 if body == b"" else 400)


def test_a_field_that_a_form_gives_twice_is_refused_only_when_it_is_one_of_ours() -> None:
    form = urlencode(form_of()).encode()

    assert Door().post(form + b"&interest=a&interest=b", FORM).status == 200
    assert Door().post(form + b"&email=b%40acme.com", FORM).status == 422


def test_a_filled_honeypot_is_answered_as_a_success_and_stores_nothing() -> None:
    door, trap = Door(honeypot="fax"), {**form_of(), "fax": "1"}

    heard = door.post(body_of(trap))

    assert heard == door.post(body_of({**form_of(), "fax": ""}))
    assert heard.status == 200
    assert len(door.reception.arrivals) == 1
    assert door.watch.outcomes == ["trapped", "taken"]


def test_a_honeypot_that_comes_with_no_lead_is_answered_like_any_other() -> None:
    door = Door(honeypot="fax")

    assert door.post(body_of({"fax": "1"})) == door.post(body_of({}))


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("application/json", 200),
        ("Application/JSON ; charset=utf-8", 200),
        ('application/json;charset="UTF-8"', 200),
        ("application/json; charset=latin-1", 415),
        ("application/json; charset=utf-8; x=y", 415),
        ("application/vnd.api+json", 415),
        ("text/plain", 415),
        ("multipart/form-data; boundary=x", 415),
        ("", 415),
    ],
)
def test_only_plain_json_and_plain_forms_are_read(kind: str, status: int) -> None:
    assert Door().post(BODY, ("Content-Type", kind)).status == status


@pytest.mark.parametrize("coding", ["gzip", "br", "gzip, identity"])
def test_what_is_compressed_is_not_read(coding: str) -> None:
    assert Door().post(BODY, ("Content-Encoding", coding)).status == 415


@pytest.mark.parametrize("pieces", [1, 7])
def test_a_body_of_16_kib_is_read_and_one_byte_more_is_not(pieces: int) -> None:
    room = 16 * 1024 - len(body_of({**form_of(), "note": ""}))
    fits, exceeds = (body_of({**form_of(), "note": "x" * n}) for n in (room, room + 1))
    door = Door()

    assert door.post(fits, pieces=pieces).status == 200
    assert door.post(exceeds, pieces=pieces).status == 413
    assert door.post(b"", ("Content-Length", "16385")).status == 413


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "TRACE"])
def test_other_methods_are_told_which_one_there_is(method: str) -> None:
    heard = Door().post(b"", method=method)

    assert (heard.status, heard.headers["allow"]) == (405, "POST")


def test_an_address_that_asks_too_often_is_told_when_to_come_back() -> None:
    door = Door(burst=2, interval_seconds=30)

    answers = [door.post() for _ in range(3)]

    assert [heard.status for heard in answers] == [200, 200, 429]
    assert answers[-1].headers["retry-after"] == "30"
    assert len(door.reception.arrivals) == 2
    assert door.post(peer="203.0.113.10").status == 200
    door.now += 30
    assert door.post().status == 200


def test_a_caller_may_not_name_itself_unless_a_proxy_of_ours_does() -> None:
    alone, behind = Door(burst=1), Door(burst=1, proxies=(ip_network("203.0.113.0/24"),))
    named = [("X-Forwarded-For", f"198.51.100.{n}") for n in (1, 2)]

    assert [alone.post(BODY, header).status for header in named] == [200, 429]
    assert [behind.post(BODY, header).status for header in named] == [200, 200]
    assert behind.post(BODY, ("X-Forwarded-For", "6.6.6.6, 198.51.100.2")).status == 429


def test_who_shows_the_secret_is_held_to_no_limit_and_told_what_was_known() -> None:
    door = Door(secrets=SECRETS, burst=1)

    answers = [door.post(BODY, PROVEN).json["duplicate"] for _ in range(5)]

    assert answers == [False, True, True, True, True]


def test_nobody_else_finds_out_who_is_in_the_ledger() -> None:
    door = Door(secrets=SECRETS)

    assert [door.post().json["duplicate"] for _ in range(2)] == [False, False]
    assert door.watch.outcomes == ["taken", "known"]


@pytest.mark.parametrize(
    "given", ["Bearer wrong", "Bearer", "Bearer \xe4", "Basic " + SECRETS[0], "Bearer " + "s" * 43]
)
@pytest.mark.parametrize("is_open", [True, False])
def test_a_wrong_secret_is_refused_even_where_none_is_asked_for(
    given: str, is_open: object
) -> None:
    door = Door(secrets=SECRETS, is_open=bool(is_open))

    heard = door.post(BODY, ("Authorization", given))

    assert (heard.status, heard.body, heard.headers["www-authenticate"]) == (401, b"", "Bearer")
    assert door.reception.arrivals == []


def test_a_closed_door_wants_the_secret() -> None:
    door = Door(secrets=SECRETS, is_open=False)

    assert door.post().status == 401
    assert door.post(BODY, PROVEN).status == 200


def test_a_page_of_ours_may_send_from_a_browser_and_another_may_not() -> None:
    door = Door(origins=frozenset({ORIGIN}))

    ours, other = (door.post(BODY, ("Origin", o)) for o in (ORIGIN, "https://evil.example"))
    refused = door.post(b"{", ("Origin", ORIGIN))

    assert (ours.status, ours.headers["access-control-allow-origin"]) == (200, ORIGIN)
    assert (other.status, "access-control-allow-origin" in other.headers) == (403, False)
    assert (refused.status, refused.headers["access-control-allow-origin"]) == (400, ORIGIN)
    assert {heard.headers["vary"] for heard in (ours, other, refused)} == {"Origin"}
    assert door.post().status == 200
    assert len(door.reception.arrivals) == 2


def test_a_browser_is_told_beforehand_what_a_page_may_send() -> None:
    door = Door(origins=frozenset({ORIGIN}), burst=1)
    asked = ("Access-Control-Request-Method", "POST")

    answers = [door.post(b"", ("Origin", ORIGIN), asked, method="OPTIONS") for _ in range(3)]
    other = door.post(b"", ("Origin", "https://evil.example"), asked, method="OPTIONS")

    assert [heard.status for heard in answers] == [204] * 3
    assert answers[0].headers["access-control-allow-methods"] == "POST"
    assert answers[0].headers["access-control-allow-headers"] == "content-type"
    assert other.status == 403


def test_without_a_list_of_origins_no_page_may_read_an_answer() -> None:
    heard = Door().post(BODY, ("Origin", ORIGIN))

    assert heard.status == 200
    assert not {"access-control-allow-origin", "vary"} & {*heard.headers}


def test_what_cannot_be_stored_is_answered_503_and_when_to_try_again() -> None:
    door = Door()
    door.reception.fault = LedgerBusy("4096 writes are waiting already")

    heard = door.post()

    assert (heard.status, heard.headers["retry-after"], heard.body) == (503, "5", b"")
    assert door.watch.answers[0].reason == "LedgerBusy"


def test_a_defect_is_answered_503_and_noted_without_a_value() -> None:
    door = Door()
    door.reception.fault = ValueError("ada1@acme-1.com")  # type: ignore[assignment]

    assert door.post().status == 503
    assert [type(fault) for fault in door.watch.faults] == [ValueError]
    assert "acme" not in repr(door.watch.answers)


@pytest.mark.parametrize(
    ("headers", "body", "closes"),
    [
        ([("Expect", "100-continue"), ("Content-Type", "text/plain")], BODY, True),
        ([("Expect", "100-continue")], BODY, False),
        ([("Upgrade", "websocket")], BODY, True),
        ([], b"{", False),
    ],
)
def test_a_connection_whose_next_request_could_not_be_told_apart_is_closed(
    headers: list[tuple[str, str]], body: bytes, closes: object
) -> None:
    heard = Door().post(body, *headers)

    assert (heard.headers.get("connection") == "close") is closes


def test_secrets_are_not_in_the_repr_of_the_rules() -> None:
    assert "sss" not in repr(FormRules(RULES, COLUMNS, secrets=SECRETS))
