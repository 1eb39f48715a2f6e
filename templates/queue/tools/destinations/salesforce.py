"""A Salesforce that knows the upsert of one record by an external id, and client credentials."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote

from .fake import FakeDestination, Reply, Write

__all__ = ["FakeSalesforce"]

TOKEN_PATH = "/services/oauth2/token"  # noqa: S105 - a path


@dataclass(slots=True)
class FakeSalesforce(FakeDestination):
    """Records by external id, and how often each was written."""

    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    writes: Counter[str] = field(default_factory=Counter)
    ambiguous: set[str] = field(default_factory=set)  # ids that two records have
    client: tuple[str, str] = ("client", "client-secret")
    tokens_given: int = 0

    def is_trusted(self, authorization: str) -> bool:
        # Asking for a token needs none.
        return not authorization or FakeDestination.is_trusted(self, authorization)

    def refusal(self) -> Reply:
        return Reply(401, _errors("INVALID_SESSION_ID"))

    def read(self, path: str, body: bytes) -> Sequence[Write]:
        if path == TOKEN_PATH:
            return []
        fields = json.loads(body)
        return [Write(_external_id(path), str(fields.get("Email", "")), fields)]

    def act(self, path: str, body: bytes) -> Reply:
        if path == TOKEN_PATH:
            return self._give_token(body)
        *_, sobjects, _object, field_name, _value = path.split("/")
        external_id, fields = _external_id(path), json.loads(body)
        if sobjects != "sobjects" or external_id.endswith(".inc"):  # read as a file's ending
            return Reply(404, _errors("NOT_FOUND"))
        if external_id in self.ambiguous:
            return Reply(300, [f"/sobjects/{n}/{external_id}" for n in (1, 2)])
        if field_name in fields or "Id" in fields:
            return Reply(400, _errors("INVALID_FIELD"))
        if not fields.get("LastName"):
            return Reply(400, _errors("REQUIRED_FIELD_MISSING"))
        is_new = external_id not in self.records
        self.records.setdefault(external_id, {}).update(fields)
        self.writes[external_id] += 1
        answer = {"id": external_id, "success": True, "errors": [], "created": is_new}
        return Reply(201 if is_new else 200, answer)

    def expire(self) -> None:
        """End the session: a new token is needed."""
        self.token = f"session-{self.tokens_given + 1}"

    def _give_token(self, body: bytes) -> Reply:
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        if (form.get("client_id"), form.get("client_secret")) != self.client:
            return Reply(400, {"error": "invalid_client"})
        self.tokens_given += 1
        self.token = f"session-{self.tokens_given}"
        return Reply(200, {"access_token": self.token, "token_type": "Bearer"})


def _external_id(path: str) -> str:
    return unquote(path.rpartition("/")[2])


def _errors(code: str) -> list[dict[str, Any]]:
    return [{"errorCode": code, "message": "as ordered", "fields": []}]
