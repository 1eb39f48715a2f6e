"""POST /api/leads: what a web form sends, or a program that knows the secret.

    size ──> origin ──> secret ──> address ──> type ──> body ──> lead ──> store ──> 200
     413      403        401        429        415      400      422      503

Whoever shows the secret is held to no limit and told whether the lead was known; others are not
told that, so that nobody finds out who is in the ledger by asking. A filled honeypot is answered
like everybody, and stores nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from leadflow.domain.address_limit import AddressLimit
from leadflow.domain.caller_address import Network, caller_address
from leadflow.domain.columns import ColumnRules
from leadflow.domain.errors import LeadRejected, Unreadable
from leadflow.domain.lead import LeadRules, parse_lead
from leadflow.domain.source import Source
from leadflow.domain.submission import is_trapped, pick_fields, read_form, read_json
from leadflow.entrypoints.intake_terms import Head, IntakeAnswer, is_plain
from leadflow.use_cases.prove_callback import secret_slot
from leadflow.use_cases.take_in import Reception, Taken, take_in

__all__ = ["FormDesk", "FormRules"]

JSON, FORM = b"application/json", b"application/x-www-form-urlencoded"
ORIGIN_SECONDS = 600  # how long a browser remembers what it was allowed
PREFLIGHT = (
    (b"access-control-allow-methods", b"POST"),
    (b"access-control-allow-headers", b"content-type"),
    (b"access-control-max-age", str(ORIGIN_SECONDS).encode()),
)


@dataclass(frozen=True, slots=True)
class FormRules:
    """Whom to listen to, and what to read."""

    leads: LeadRules
    columns: ColumnRules
    secrets: tuple[str, ...] = field(default=(), repr=False)  # two while one replaces the other
    is_open: bool = True  # to callers without a secret, which a form in a browser cannot keep
    honeypot: str = ""  # the name of the field that people do not see
    origins: frozenset[str] = frozenset()  # whose pages may send forms from a browser
    proxies: tuple[Network, ...] = ()  # whose X-Forwarded-For is believed


class FormDesk:
    """Takes one lead a request."""

    name = "leads"
    max_body_bytes = 16 * 1024
    store_seconds = 15.0

    def __init__(self, rules: FormRules, reception: Reception, limit: AddressLimit) -> None:
        self._rules, self._reception, self._limit = rules, reception, limit

    def refuse(self, head: Head, *, now: float) -> IntakeAnswer | None:
        if self._is_foreign(head):
            return IntakeAnswer(403, "origin", {"ok": False, "error": "origin"})
        if head.method == "OPTIONS":
            return IntakeAnswer(204, "preflight")
        if not self._is_proven(head):
            if not self._rules.is_open or b"authorization" in head.headers:
                return IntakeAnswer(401, "unauthorized")
            address = caller_address(head.peer, head.forwarded, self._rules.proxies)
            if wait := self._limit.ask(address, now=now):
                return IntakeAnswer(429, "limited", retry_after_seconds=math.ceil(wait))
        if not any(is_plain(head.headers, media_type) for media_type in (JSON, FORM)):
            return IntakeAnswer(415, "wrong_type")
        return None

    async def take(self, raw: bytes, head: Head, *, now: float) -> IntakeAnswer:
        try:
            pairs = read_json(raw) if is_plain(head.headers, JSON) else read_form(raw)
            row = pick_fields(pairs, self._rules.columns)
            if is_trapped(pairs, self._rules.honeypot):
                return _accepted("trapped", parse_lead(row, self._rules.leads).lead_id)
            lead, taken = await take_in(
                row,
                source=Source.WEB_FORM,
                rules=self._rules.leads,
                reception=self._reception,
                now=now,
            )
        except Unreadable as fault:
            return IntakeAnswer(
                400, "unreadable", {"ok": False, "error": "unreadable"}, None, fault.reason
            )
        except LeadRejected as refusal:
            reason = str(refusal)
            body = {"ok": False, "error": "rejected", "reason": reason}
            return IntakeAnswer(422, "rejected", body, reason=reason)
        is_known = taken is not Taken.NEW
        outcome = "known" if is_known else "taken"
        return _accepted(outcome, lead.lead_id, is_told=is_known and self._is_proven(head))

    def further_headers(self, head: Head) -> Iterable[tuple[bytes, bytes]]:
        origin = head.headers.get(b"origin")
        if not self._rules.origins:
            return
        yield b"vary", b"Origin"
        if origin is not None and not self._is_foreign(head):
            yield b"access-control-allow-origin", origin
            if head.method == "OPTIONS":
                yield from PREFLIGHT

    def _is_foreign(self, head: Head) -> bool:
        """Does a browser say that a page sends this which is none of ours?"""
        origin = head.headers.get(b"origin")
        origins = self._rules.origins
        return bool(origins) and origin is not None and origin.decode("latin-1") not in origins

    def _is_proven(self, head: Head) -> bool:
        return secret_slot(head.headers.get(b"authorization"), self._rules.secrets) is not None


def _accepted(outcome: str, lead_id: str, *, is_told: bool = False) -> IntakeAnswer:
    body = {"ok": True, "lead_id": lead_id, "duplicate": is_told}
    return IntakeAnswer(200, outcome, body, lead_id=lead_id)
