"""Events as a CRM sends them, signed as it signs them."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from typing import Any

from leadflow.domain.crm_event import Crm, CrmMapping

__all__ = [
    "HUBSPOT_SECRET",
    "MAPPINGS",
    "SALESFORCE_SECRET",
    "URL",
    "hubspot_event",
    "hubspot_headers",
    "salesforce_event",
    "salesforce_headers",
]

HUBSPOT_SECRET = "a-client-secret-of-the-tests"
SALESFORCE_SECRET = "a-secret-of-the-tests-for-apex"
URL = "https://leads.acme.com/api/crm/events"
Headers = list[tuple[str, str]]
MAPPINGS = {
    Crm.HUBSPOT: CrmMapping(
        frozenset({"contact.creation", "contact.propertyChange", "workflow"}),
        {
            "email": {"first_of": ["properties.email", "properties.email.value"]},
            "first_name": {"first_of": ["properties.firstname", "properties.firstname.value"]},
            "last_name": {"first_of": ["properties.lastname", "properties.lastname.value"]},
        },
    ),
    Crm.SALESFORCE: CrmMapping(
        frozenset({"lead.created"}),
        {
            "email": "record.Email",
            "first_name": "record.FirstName",
            "last_name": "record.LastName",
        },
    ),
}


def hubspot_event(number: int = 1, **changes: Any) -> dict[str, Any]:
    """What a subscription tells when a contact is made, with the properties of the contact."""
    return {
        "eventId": number,
        "subscriptionId": 12_345,
        "portalId": 62_515,
        "appId": 54_321,
        "occurredAt": 1_790_000_000_000 + number,
        "subscriptionType": "contact.creation",
        "attemptNumber": 0,
        "objectId": 1_000 + number,
        "changeSource": "CRM",
        "changeFlag": "NEW",
        "properties": {
            "email": f"ada{number}@acme-{number}.com",
            "firstname": "Ada",
            "lastname": f"Byron{number}",
        },
        **changes,
    }


def salesforce_event(number: int = 1, **changes: Any) -> dict[str, Any]:
    names = {"FirstName": "Ada", "LastName": f"Byron{number}"}
    record = {"Email": f"ada{number}@acme-{number}.com", **names}
    return {"eventId": f"e{number}", "event": "lead.created", "record": record, **changes}


def hubspot_headers(
    body: bytes, *, at: float, secret: str = HUBSPOT_SECRET, url: str = URL, method: str = "POST"
) -> Headers:
    timestamp = str(int(at * 1_000))
    text = method.encode() + url.encode() + body + timestamp.encode()
    return [
        ("Content-Type", "application/json"),
        ("X-HubSpot-Signature-v3", _mac(text, secret)),
        ("X-HubSpot-Request-Timestamp", timestamp),
    ]


def salesforce_headers(body: bytes, *, at: float, secret: str = SALESFORCE_SECRET) -> Headers:
    timestamp = str(int(at))
    return [
        ("Content-Type", "application/json; charset=utf-8"),
        ("X-Leadflow-Signature", _mac(f"{timestamp}.".encode() + body, secret)),
        ("X-Leadflow-Timestamp", timestamp),
    ]


def _mac(text: bytes, secret: str) -> str:
    return b64encode(hmac.new(secret.encode(), text, hashlib.sha256).digest()).decode()
