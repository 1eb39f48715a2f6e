"""The settings that intake adds; the table is read by settings.py."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from leadflow.domain.caller_address import Network
from leadflow.setting_values import ParseError, to_bool, to_number, to_path, to_text
from leadflow.settings_receiving import to_callback_url, to_secrets
from leadflow.settings_table import Setting

__all__ = ["INTAKE", "to_header", "to_networks", "to_origins", "to_signing_secrets"]

HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}")
FIELD = re.compile(r"[A-Za-z0-9_.-]{0,64}")
LEAST_SIGNING_SECRET = 16
MOST_SECRETS = 2


def to_origins(text: str) -> frozenset[str]:
    """Read origins as a browser names them: no path, no capital letters, no wildcard."""
    origins = [part.strip() for part in to_text(text).split(",") if part.strip()]
    for origin in origins:
        parts = urlsplit(origin)
        if parts.scheme not in {"https", "http"} or origin != f"{parts.scheme}://{parts.netloc}":
            raise ParseError("must be origins such as https://www.acme.com, separated by commas")
        if "*" in origin or origin != origin.lower() or "@" in origin:
            raise ParseError("must be whole origins in small letters, without a wildcard")
    return frozenset(origins)


def to_networks(text: str) -> tuple[Network, ...]:
    try:
        named = [part.strip() for part in to_text(text).split(",") if part.strip()]
        return tuple(ipaddress.ip_network(part) for part in named)
    except ValueError as fault:
        raise ParseError("must be addresses or networks such as 10.0.0.0/8") from fault


def to_signing_secrets(text: str) -> tuple[str, ...]:
    secrets = tuple(part.strip() for part in to_text(text).split(",") if part.strip())
    if len(secrets) > MOST_SECRETS:
        raise ParseError("holds more than two secrets; keep the new one and the one before it")
    if any(len(secret) < LEAST_SIGNING_SECRET for secret in secrets):
        raise ParseError(f"holds a secret of less than {LEAST_SIGNING_SECRET} characters")
    return secrets


def to_header(text: str) -> str:
    if not HEADER.fullmatch(text):
        raise ParseError("must be the name of a header, such as X-Leadflow-Signature")
    return text


def _to_field(text: str) -> str:
    if not FIELD.fullmatch(text):
        raise ParseError("must be the name of a form field")
    return text


INTAKE: dict[str, Setting] = {
    "intake_secrets": Setting(
        "INTAKE_SECRETS",
        "",
        "What programs send with POST /api/leads as `Authorization: Bearer ...`; they are held to\n"
        "no limit. It is a secret: `leadflow secrets` makes one. While it changes, two.",
        to_secrets,
    ),
    "intake_is_open": Setting(
        "INTAKE_OPEN",
        "true",
        "Take leads from callers without a secret, too: a form in a browser cannot keep one.",
        to_bool,
    ),
    "intake_honeypot": Setting(
        "INTAKE_HONEYPOT",
        "fax_number",
        "Name of a form field that people do not see. Who fills it in is a program, and is\n"
        "answered as everybody else; nothing is stored. Blank for none.",
        _to_field,
    ),
    "intake_origins": Setting(
        "INTAKE_ORIGINS",
        "",
        "Sites whose pages may send forms from a browser (https://www.acme.com), separated by\n"
        "commas; others are refused. Blank: any form may be sent, and no page may read the answer.",
        to_origins,
    ),
    "intake_per_minute": Setting(
        "INTAKE_PER_MINUTE",
        "6",
        "Forms a minute from one address, in the long run; more are answered 429.",
        to_number(0.01, 100_000),
    ),
    "intake_burst": Setting(
        "INTAKE_BURST", "10", "Forms at once from one address.", to_number(1, 100_000)
    ),
    "trusted_proxies": Setting(
        "TRUSTED_PROXIES",
        "",
        "Addresses of your own proxies (127.0.0.1, 10.0.0.0/8): what these write into\n"
        "X-Forwarded-For is believed. Without it everybody behind a proxy shares one limit.",
        to_networks,
    ),
    "crm_events": Setting(
        "CRM_EVENTS_FILE", "crm_events.yaml", "How events of a CRM become leads.", to_path
    ),
    "crm_events_url": Setting(
        "CRM_EVENTS_URL",
        "",
        "Where HubSpot sends events (https://.../api/crm/events), as it is written there: the\n"
        "URL is part of what HubSpot signs.",
        to_callback_url,
    ),
    "hubspot_secrets": Setting(
        "HUBSPOT_CLIENT_SECRET",
        "",
        "Client secret of the HubSpot app that sends events. While it changes, two.",
        to_signing_secrets,
    ),
    "salesforce_secrets": Setting(
        "SALESFORCE_EVENT_SECRET",
        "",
        "Key with which your Apex signs events (docs/crm-events.md): `leadflow secrets` makes\n"
        "one. While it changes, two.",
        to_signing_secrets,
    ),
    "salesforce_signature": Setting(
        "SALESFORCE_SIGNATURE_HEADER",
        "X-Leadflow-Signature",
        "Header with the signature of an event from Salesforce.",
        to_header,
    ),
    "salesforce_timestamp": Setting(
        "SALESFORCE_TIMESTAMP_HEADER",
        "X-Leadflow-Timestamp",
        "Header with the time at which it was signed, in seconds since 1970.",
        to_header,
    ),
}
