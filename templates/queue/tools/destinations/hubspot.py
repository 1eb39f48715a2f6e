"""A HubSpot that knows contacts and their batch upsert by e-mail.

Up to 100 inputs; the same e-mail twice, or one contact that is wrong where not every input carries
an `objectWriteTraceId`, refuses the whole batch with 400; else 207 says which were written.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .fake import FakeDestination, Reply, Write

__all__ = ["FakeHubSpot"]

PATH = "/crm/v3/objects/contacts/batch/upsert"
MOST_INPUTS = 100
TRACE = "objectWriteTraceId"


@dataclass(slots=True)
class FakeHubSpot(FakeDestination):
    """Contacts by e-mail in small letters, and how often each was written."""

    records: dict[str, dict[str, str]] = field(default_factory=dict)
    writes: Counter[str] = field(default_factory=Counter)
    properties: frozenset[str] | None = None  # those that exist; None: any
    is_all_or_nothing: bool = False  # a wrong contact refuses the batch in any case
    batches: list[int] = field(default_factory=list)

    def read(self, path: str, body: bytes) -> Sequence[Write]:  # noqa: ARG002 - others need it
        return [
            Write(str(contact["properties"].get("lead_id", "")), _key(contact), contact)
            for contact in json.loads(body)["inputs"]
        ]

    def refusal(self) -> Reply:
        return Reply(401, _error("INVALID_AUTHENTICATION", "The token is invalid"))

    def act(self, path: str, body: bytes) -> Reply:
        inputs: list[dict[str, Any]] = json.loads(body)["inputs"]
        self.batches.append(len(inputs))
        if path != PATH:
            return Reply(404, _error("OBJECT_NOT_FOUND", "no such endpoint"))
        if len(inputs) > MOST_INPUTS:
            return Reply(400, _error("VALIDATION_ERROR", "more than 100 inputs"))
        if len({_key(contact) for contact in inputs}) < len(inputs):
            return Reply(400, _error("VALIDATION_ERROR", "Duplicate IDs found in batch input"))
        errors = [error for contact in inputs if (error := self._error_of(contact))]
        if errors and (self.is_all_or_nothing or not all(TRACE in contact for contact in inputs)):
            return Reply(400, errors[0])
        written = [self._write(contact) for contact in inputs if not self._error_of(contact)]
        if not errors:
            return Reply(200, {"status": "COMPLETE", "results": written})
        answer = {"results": written, "errors": errors, "numErrors": len(errors)}
        return Reply(207, {"status": "COMPLETE", **answer})

    def _error_of(self, contact: Mapping[str, Any]) -> dict[str, Any] | None:
        context = {TRACE: [contact.get(TRACE)]}
        unknown = set(contact["properties"]) - (self.properties or set(contact["properties"]))
        if unknown:
            return _error("VALIDATION_ERROR", "PROPERTY_DOESNT_EXIST", context)
        if contact["id"].count("@") != 1:
            message = f"Email address {contact['id']} is invalid: INVALID_EMAIL"
            return _error("VALIDATION_ERROR", message, context)
        return None

    def _write(self, contact: Mapping[str, Any]) -> dict[str, Any]:
        key = _key(contact)
        is_new = key not in self.records
        self.records.setdefault(key, {}).update(contact["properties"])
        self.writes[key] += 1
        trace = {TRACE: contact[TRACE]} if TRACE in contact else {}
        return {"id": key, "new": is_new, "properties": self.records[key], **trace}


def _key(contact: Mapping[str, Any]) -> str:
    return str(contact["id"]).lower()


def _error(category: str, message: str, context: object = None) -> dict[str, Any]:
    return {"status": "error", "category": category, "message": message, "context": context or {}}
