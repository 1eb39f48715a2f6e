"""Leads on their way into `leadflow`: by web form, by an event of the CRM, and in a file."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import httpx2

from harness.crm import HUBSPOT_SECRET, hubspot_event, hubspot_headers
from harness.journey import World
from harness.people import Person
from harness.programs import enqueue
from harness.server import Server
from harness.workspace import ROOT

__all__ = ["Sources", "told_of_sources"]

INTAKE_SECRET = "a-secret-of-the-tests-for-the-forms-only"
AGAIN = frozenset({429, 503})
PATIENCE_SECONDS = 60
PAUSE_SECONDS = 0.1


def told_of_sources(port: int) -> dict[str, str]:
    """The settings that let a server on this port take leads from all of them."""
    return {
        "CRM_EVENTS_FILE": str(ROOT / "crm_events.yaml"),
        "CRM_EVENTS_URL": f"http://127.0.0.1:{port}/api/crm/events",
        "HUBSPOT_CLIENT_SECRET": HUBSPOT_SECRET,
        "INTAKE_SECRETS": INTAKE_SECRET,
        "INTAKE_ORIGINS": "",
    }


@dataclass
class Sources:
    """Each insists until it is told that the lead is stored."""

    world: World
    server: Server
    events: int = 0
    refusals: list[int] = field(default_factory=list)  # "later" is a good answer, too

    def form(self, lead: Person) -> None:
        body = json.dumps(lead).encode()
        headers = {"Authorization": f"Bearer {INTAKE_SECRET}", "Content-Type": "application/json"}
        self._post("/api/leads", body, lambda: headers)

    def event(self, leads: Sequence[Person]) -> None:
        """One request of HubSpot about all of them."""
        events = [self._event(lead) for lead in leads]
        body, url = json.dumps(events).encode(), self._url("/api/crm/events")
        self._post(
            "/api/crm/events", body, lambda: dict(hubspot_headers(body, at=time.time(), url=url))
        )

    def file(self, leads: Sequence[Person]) -> None:
        done = enqueue(self.world, leads)
        assert done.returncode == 0, done.stderr

    def _event(self, lead: Person) -> dict[str, object]:
        self.events += 1
        names = {"email": "email", "first_name": "firstname", "last_name": "lastname"}
        properties = {theirs: lead[ours] for ours, theirs in names.items()}
        return hubspot_event(self.events, properties={**properties, "company": lead["company"]})

    def _post(self, path: str, body: bytes, headers: Callable[[], dict[str, str]]) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            url = self._url(path)
            answer = httpx2.post(url, content=body, headers=headers(), trust_env=False, timeout=30)
            if answer.is_success:
                return
            self.refusals.append(answer.status_code)
            assert answer.status_code in AGAIN, answer.text
            assert time.monotonic() < deadline, "the lead is not taken in"
            time.sleep(PAUSE_SECONDS)

    def _url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server.port}{path}"
