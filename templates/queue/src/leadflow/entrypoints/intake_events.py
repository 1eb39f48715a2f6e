"""POST /api/crm/events: what HubSpot and Salesforce send, each with a signature of its own.

    size ──> signature? ──> type ──> signature! ──> body ──> events ──> 200
     413        401         415        401          400       503

Whose events they are, their header says. How signatures are made stands in domain/crm_signature.py,
and how events are read in crm_events.yaml. 200 tells how many events ended how; what was signed by
the CRM and cannot be used is kept in the quarantine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from leadflow.domain.crm_event import Crm, CrmMapping, read_events
from leadflow.domain.crm_signature import (
    Signed,
    check_signature,
    hubspot_text,
    salesforce_text,
)
from leadflow.domain.errors import SignatureRefused, Unreadable
from leadflow.domain.lead import LeadRules
from leadflow.entrypoints.intake_terms import Head, IntakeAnswer, is_plain
from leadflow.use_cases.take_in import Reception
from leadflow.use_cases.take_in_events import EventReading, take_in_events

__all__ = ["EventDesk", "EventRules"]

HUBSPOT_SIGNATURE, HUBSPOT_TIMESTAMP = b"x-hubspot-signature-v3", b"x-hubspot-request-timestamp"
JSON = b"application/json"
UNAUTHORIZED = 401


@dataclass(frozen=True, slots=True)
class EventRules:
    """Whom to believe, and how events become leads. A CRM without secrets is not believed."""

    leads: LeadRules
    mappings: Mapping[Crm, CrmMapping]
    url: str = ""  # under which HubSpot calls: it is part of what HubSpot signs
    hubspot_secrets: tuple[str, ...] = field(default=(), repr=False)
    salesforce_secrets: tuple[str, ...] = field(default=(), repr=False)
    salesforce_signature: str = "X-Leadflow-Signature"
    salesforce_timestamp: str = "X-Leadflow-Timestamp"
    tolerance_seconds: float = 300.0


class EventDesk:
    """Takes one delivery of events a request."""

    name = "events"
    max_body_bytes = 256 * 1024
    store_seconds = 4.0  # HubSpot waits five

    def __init__(self, rules: EventRules, reception: Reception) -> None:
        self._rules, self._reception = rules, reception
        self._secrets = {
            Crm.HUBSPOT: rules.hubspot_secrets if rules.url else (),
            Crm.SALESFORCE: rules.salesforce_secrets,
        }

    def refuse(self, head: Head, *, now: float) -> IntakeAnswer | None:  # noqa: ARG002 - others limit
        if head.method != "POST":
            return IntakeAnswer(405, "not_allowed")
        if self._crm(head) is None:
            return IntakeAnswer(UNAUTHORIZED, "unsigned")
        if not is_plain(head.headers, JSON):
            return IntakeAnswer(415, "wrong_type")
        return None

    async def take(self, raw: bytes, head: Head, *, now: float) -> IntakeAnswer:
        crm = self._crm(head)
        if crm is None:
            return IntakeAnswer(UNAUTHORIZED, "unsigned")
        try:
            self._check(crm, raw, head, now=now)
        except SignatureRefused as refusal:
            return IntakeAnswer(UNAUTHORIZED, f"signature_{refusal.code}")
        try:
            events = read_events(raw)
        except Unreadable as fault:
            await self._reception.quarantine(raw, reason=f"events of {crm}: {fault}", now=now)
            body = {"ok": False, "error": "unreadable"}
            return IntakeAnswer(400, "unreadable", body, reason=fault.reason)
        reading = EventReading(crm, self._rules.mappings[crm], self._rules.leads)
        count = await take_in_events(events, reading=reading, reception=self._reception, now=now)
        return IntakeAnswer(200, "events", {"ok": True, **count}, events=count)

    def further_headers(self, head: Head) -> Iterable[tuple[bytes, bytes]]:  # noqa: ARG002 - none
        return ()

    def _crm(self, head: Head) -> Crm | None:
        """Tell by the header whose they are, if they are anybody's that we believe."""
        named = {Crm.HUBSPOT: HUBSPOT_SIGNATURE, Crm.SALESFORCE: self._salesforce_headers[0]}
        for crm, header in named.items():
            if header in head.headers and self._secrets[crm] and crm in self._rules.mappings:
                return crm
        return None

    @property
    def _salesforce_headers(self) -> tuple[bytes, bytes]:
        names = (self._rules.salesforce_signature, self._rules.salesforce_timestamp)
        return names[0].lower().encode(), names[1].lower().encode()

    def _check(self, crm: Crm, raw: bytes, head: Head, *, now: float) -> None:
        tolerance = self._rules.tolerance_seconds
        signed = self._hubspot(raw, head) if crm is Crm.HUBSPOT else self._salesforce(raw, head)
        check_signature(signed, secrets=self._secrets[crm], now=now, tolerance_seconds=tolerance)

    def _hubspot(self, raw: bytes, head: Head) -> Signed:
        timestamp = head.headers.get(HUBSPOT_TIMESTAMP, b"")
        uri = self._rules.url.encode() + (b"?" + head.query if head.query else b"")
        text = hubspot_text(head.method, uri, raw, timestamp)
        return Signed(head.headers[HUBSPOT_SIGNATURE], timestamp, 1_000, text)

    def _salesforce(self, raw: bytes, head: Head) -> Signed:
        signature, stamp = self._salesforce_headers
        timestamp = head.headers.get(stamp, b"")
        return Signed(head.headers[signature], timestamp, 1, salesforce_text(raw, timestamp))
