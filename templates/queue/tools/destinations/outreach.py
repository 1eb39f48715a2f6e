"""An outreach tool: it enrols whoever it is told to, and counts how often."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from .fake import FakeDestination, Reply, Write

__all__ = ["FakeOutreach"]


@dataclass(slots=True)
class FakeOutreach(FakeDestination):
    """Enrolments by `reference`, else by e-mail. More than one is a person contacted twice."""

    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    enrolments: Counter[str] = field(default_factory=Counter)
    refuses_doubles: bool = False  # 409 for whom it has

    def read(self, path: str, body: bytes) -> Sequence[Write]:  # noqa: ARG002 - others need it
        fields = json.loads(body)
        return [Write(str(fields.get("reference", "")), str(fields.get("email", "")), fields)]

    def act(self, path: str, body: bytes) -> Reply:
        (asked,) = self.read(path, body)
        key = asked.lead_id or asked.email
        if "@" not in asked.email:
            return Reply(422, {"error": "email is missing or wrong"})
        if self.refuses_doubles and key in self.records:
            return Reply(409, {"error": "enrolled already"})
        self.records[key] = dict(asked.fields)
        self.enrolments[key] += 1
        return Reply(201, {"id": key})
