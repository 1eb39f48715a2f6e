"""Where the demo's leads come from: a web form, a CRM that signs its events, and a file."""

from __future__ import annotations

import csv
import hashlib
import hmac
import json
import time
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import httpx2

__all__ = [
    "CRM_SECRET",
    "INTAKE_SECRET",
    "Person",
    "people",
    "post_events",
    "post_forms",
    "write_csv",
]

Person = Mapping[str, str]
CRM_SECRET = "client-secret-of-the-demo-app"  # noqa: S105 - of the demo alone
INTAKE_SECRET = "secret-of-the-forms-of-the-demo-only"  # noqa: S105 - likewise
EVENTS_AT_ONCE = 25
FIRST_NAMES = ("Ada", "Grace", "Alan", "Edsger", "Barbara", "Margaret", "Ken", "Radia")
LAST_NAMES = (
    *("Lovelace", "Hopper", "Turing", "Dijkstra"),
    *("Liskov", "Hamilton", "Ritchie", "Perlman"),
)


def people(count: int) -> Iterator[Person]:
    """Make so many, each at a company of its own."""
    for n in range(count):
        first, last = FIRST_NAMES[n % 8], LAST_NAMES[n // 8 % 8]
        yield {
            "email": f"{first.lower()}@company-{n}.com",
            "first_name": first,
            "last_name": last,
            "company": f"Company {n}",
        }


def write_csv(path: Path, leads: Sequence[Person]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, ("email", "first_name", "last_name", "company"))
        writer.writeheader()
        writer.writerows(leads)


def post_forms(server: str, leads: Sequence[Person]) -> None:
    """Send each as a web form's server does, with the secret that lifts the limit."""
    headers = {"Authorization": f"Bearer {INTAKE_SECRET}"}
    with httpx2.Client(base_url=server, trust_env=False, headers=headers) as client:
        for lead in leads:
            client.post("/api/leads", json=dict(lead)).raise_for_status()


def post_events(server: str, leads: Sequence[Person]) -> None:
    """Send what a HubSpot workflow sends, signed as HubSpot signs."""
    url = f"{server}/api/crm/events"
    with httpx2.Client(trust_env=False) as client:
        for start in range(0, len(leads), EVENTS_AT_ONCE):
            some = leads[start : start + EVENTS_AT_ONCE]
            body = json.dumps([_event(start + n, lead) for n, lead in enumerate(some)]).encode()
            client.post(url, content=body, headers=_signed(url, body)).raise_for_status()


def _event(number: int, lead: Person) -> dict[str, object]:
    properties = {
        "email": lead["email"],
        "firstname": lead["first_name"],
        "lastname": lead["last_name"],
        "company": lead["company"],
    }
    return {"eventId": number, "subscriptionType": "contact.creation", "properties": properties}


def _signed(url: str, body: bytes) -> dict[str, str]:
    stamp = str(int(time.time() * 1_000))
    text = b"POST" + url.encode() + body + stamp.encode()
    mac = hmac.new(CRM_SECRET.encode(), text, hashlib.sha256).digest()
    return {
        "Content-Type": "application/json",
        "X-HubSpot-Signature-v3": b64encode(mac).decode(),
        "X-HubSpot-Request-Timestamp": stamp,
    }
