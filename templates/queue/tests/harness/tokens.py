"""Secrets, keys and callbacks that tests agree on."""

from __future__ import annotations

import hashlib
import json
import time
from base64 import urlsafe_b64encode
from typing import Any

from harness.log_search import keep_settings_from_logs
from leadflow.domain.token import TOKEN_FIELD, TokenKey, TokenRing, issue

__all__ = [
    "ENVIRON",
    "RING",
    "SECRETS",
    "callback_body",
    "callback_fields",
    "email_of",
    "head",
    "lead_id_of",
    "token_for",
]

SECRETS = ("new-" + "s" * 39, "old-" + "s" * 39)
RING = TokenRing("test", (TokenKey("k2", b"2" * 32), TokenKey("k1", b"1" * 32)))


ENVIRON = {
    "CLAY_CALLBACK_SECRETS": ",".join(SECRETS),
    "CLAY_TOKEN_KEYS": ",".join(
        f"{k.kid}:{urlsafe_b64encode(k.secret).decode()}" for k in RING.keys
    ),
    "TOKEN_AUDIENCE": RING.audience,
}
keep_settings_from_logs(ENVIRON)


def lead_id_of(number: int) -> str:
    return "lead-" + hashlib.sha256(str(number).encode()).hexdigest()[:32]


def email_of(number: int) -> str:
    return f"ada{number}@acme-{number}.com"


def token_for(
    number: int = 1, *, ring: TokenRing = RING, issued_at: float | None = None, lead_id: str = ""
) -> str:
    return issue(
        ring,
        lead_id=lead_id or lead_id_of(number),
        fields={"email": email_of(number)},
        issued_at=int(time.time() if issued_at is None else issued_at),
    )


def callback_fields(number: int = 1, **changes: Any) -> dict[str, Any]:
    """Build the body of a callback; a change to None takes the field out."""
    fields = {
        TOKEN_FIELD: changes.pop("token", None) or token_for(number),
        "email": email_of(number),
        "work_email": email_of(number),
        "icp_score": "85",
        "title": "Head of Analytical Engines",
        **changes,
    }
    return {name: value for name, value in fields.items() if value is not None}


def callback_body(number: int = 1, **changes: Any) -> bytes:
    return json.dumps(callback_fields(number, **changes)).encode()


def head(length: int | None, *lines: str, secret: str = SECRETS[0], method: str = "POST") -> bytes:
    """Write the head of a callback; `lines` come before the usual ones and replace them."""
    given = {line.split(":")[0].lower(): line for line in lines}
    usual = {
        "host": "Host: test",
        "authorization": f"Authorization: Bearer {secret}",
        "content-type": "Content-Type: application/json",
    }
    if length is not None:
        usual["content-length"] = f"Content-Length: {length}"
    kept = [line for line in ({**usual, **given}).values() if not line.endswith(": -")]
    return "\r\n".join([f"{method} /api/clay/enriched HTTP/1.1", *kept, "", ""]).encode()
