"""What intake is told: read strictly, and checked before anything is served."""

from __future__ import annotations

import asyncio
import json
import time
from ipaddress import ip_network
from pathlib import Path

import pytest

from harness.asgi import Heard, request
from harness.crm import HUBSPOT_SECRET, URL, hubspot_event, hubspot_headers
from harness.intake import NOW, RecordingReception, RecordingWatch, form_of
from harness.receiver import ROOT
from leadflow.bootstrap import rules_from
from leadflow.domain.errors import CrmEventsError, LedgerBusy, SettingsError
from leadflow.domain.retry import RetryPolicy
from leadflow.entrypoints.intake import EVENTS_PATH, LEADS_PATH
from leadflow.entrypoints.intake_serving import intake_endpoints, relay_terms
from leadflow.settings import env_example, settings_from
from leadflow.settings_intake import INTAKE

SECRET = "i" * 43
EVENTS = {
    "CRM_EVENTS_FILE": str(ROOT / "crm_events.yaml"),
    "CRM_EVENTS_URL": URL,
    "HUBSPOT_CLIENT_SECRET": HUBSPOT_SECRET,
}


class Place:
    """What these settings serve."""

    def __init__(self, **environ: str) -> None:
        self.reception, self.watch = RecordingReception(), RecordingWatch()
        self.wake, self.failures = asyncio.Event(), 0
        settings = settings_from(environ)
        self.endpoints = intake_endpoints(
            settings,
            rules_from(settings),
            reception=self.reception,
            watch=self.watch,
            wake=self.wake,
            failed=self._fail,
        )

    def _fail(self) -> None:
        self.failures += 1

    def post(self, number: int = 1, *headers: tuple[str, str]) -> Heard:
        body = "&".join(f"{name}={value}" for name, value in form_of(number).items())
        kind = ("Content-Type", "application/x-www-form-urlencoded")
        app = self.endpoints[LEADS_PATH]
        return asyncio.run(request(app, body.encode(), headers=[kind, *headers]))


@pytest.mark.parametrize(
    ("variable", "wrong"),
    [
        ("INTAKE_SECRETS", "short"),
        ("INTAKE_SECRETS", ",".join([SECRET] * 3)),
        ("INTAKE_OPEN", "perhaps"),
        ("INTAKE_HONEYPOT", "two words"),
        ("INTAKE_HONEYPOT", "x" * 65),
        ("INTAKE_ORIGINS", "*"),
        ("INTAKE_ORIGINS", "www.acme.com"),
        ("INTAKE_ORIGINS", "https://www.acme.com/"),
        ("INTAKE_ORIGINS", "https://*.acme.com"),
        ("INTAKE_ORIGINS", "https://WWW.acme.com"),
        ("INTAKE_ORIGINS", "https://ada@acme.com"),
        ("INTAKE_PER_MINUTE", "0"),
        ("INTAKE_BURST", "0"),
        ("TRUSTED_PROXIES", "proxy.acme.com"),
        ("TRUSTED_PROXIES", "10.0.0.1/8"),
        ("CRM_EVENTS_URL", "http://leads.acme.com/api/crm/events"),
        ("HUBSPOT_CLIENT_SECRET", "short"),
        ("SALESFORCE_EVENT_SECRET", ",".join([SECRET] * 3)),
        ("SALESFORCE_SIGNATURE_HEADER", "X Signature"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_its_name(variable: str, wrong: str) -> None:
    with pytest.raises(SettingsError) as refused:
        settings_from({variable: wrong})

    assert str(refused.value).startswith(f"{variable}: ")
    assert "iiii" not in str(refused.value)


def test_lists_are_read() -> None:
    settings = settings_from(
        {
            "INTAKE_ORIGINS": "https://www.acme.com, http://localhost:8000",
            "TRUSTED_PROXIES": "127.0.0.1, 10.0.0.0/8, ::1",
            "HUBSPOT_CLIENT_SECRET": f"{SECRET}, {'j' * 20}",
        }
    )

    assert settings.intake_origins == {"https://www.acme.com", "http://localhost:8000"}
    named = ("127.0.0.1/32", "10.0.0.0/8", "::1/128")
    assert settings.trusted_proxies == tuple(map(ip_network, named))
    assert settings.hubspot_secrets == (SECRET, "j" * 20)
    assert SECRET not in repr(settings)


def test_every_setting_is_in_the_example_and_says_what_it_is_for() -> None:
    example = env_example()

    for setting in INTAKE.values():
        assert setting.help
        assert f"\n{setting.env}=" in example


def test_a_new_lead_wakes_the_relay_and_a_known_one_does_not() -> None:
    place = Place()

    assert place.post().status == 200
    assert place.wake.is_set()
    place.wake.clear()
    assert place.post().status == 200
    assert not place.wake.is_set()


def test_who_watches_readiness_hears_of_what_could_not_be_stored() -> None:
    place = Place()
    place.reception.fault = LedgerBusy("busy")

    assert place.post().status == 503
    assert place.failures == 1


def test_the_limit_is_so_many_at_once_and_so_many_a_minute() -> None:
    place = Place(INTAKE_BURST="2", INTAKE_PER_MINUTE="2")

    answers = [place.post(number) for number in range(3)]

    assert [heard.status for heard in answers] == [200, 200, 429]
    assert 29 <= int(answers[2].headers["retry-after"]) <= 30


@pytest.mark.parametrize("name", ["email", "Company", "first-name"])
def test_a_honeypot_that_people_fill_in_is_refused(name: str) -> None:
    with pytest.raises(SettingsError, match="INTAKE_HONEYPOT"):
        Place(INTAKE_HONEYPOT=name)


def test_without_a_crm_its_file_need_not_be_there(tmp_path: Path) -> None:
    place = Place(CRM_EVENTS_FILE=str(tmp_path / "nowhere.yaml"))
    body = b"[]"
    headers = hubspot_headers(body, at=NOW, secret="")

    heard = asyncio.run(request(place.endpoints[EVENTS_PATH], body, headers=headers))

    assert heard.status == 401


def test_a_crm_whose_file_is_wrong_keeps_the_server_from_starting(tmp_path: Path) -> None:
    wrong = tmp_path / "crm_events.yaml"
    wrong.write_text("hubspot: {events: [contact.creation], fields: {emial: x}}\n")

    with pytest.raises(CrmEventsError, match=r"crm_events\.yaml:1"):
        Place(**{**EVENTS, "CRM_EVENTS_FILE": str(wrong)})


def test_hubspot_needs_the_url_under_which_it_calls() -> None:
    with pytest.raises(SettingsError, match="CRM_EVENTS_URL"):
        Place(**{**EVENTS, "CRM_EVENTS_URL": ""})


def test_a_delivery_is_taken_in_as_the_settings_say() -> None:
    place = Place(**EVENTS)
    body = json.dumps([hubspot_event(1), hubspot_event(2)]).encode()
    headers = hubspot_headers(body, at=time.time())

    heard = asyncio.run(request(place.endpoints[EVENTS_PATH], body, headers=headers))

    assert heard.json["taken"] == 2


def test_the_relay_never_waits_longer_than_a_backlog_may_take_to_resume() -> None:
    terms = relay_terms(RetryPolicy(10, 900, max_retry_after_seconds=900, max_attempts=5))

    assert max(terms.policy.ceiling(attempt) for attempt in range(1, 100)) == 3
