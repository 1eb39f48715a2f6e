"""What Clay's webhook source answers. Documented bodies are word for word; the rest is a switch.

The clock is read for one thing only: a fault's Retry-After that is a date.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from .limits import LIMITS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .faults import Fault
    from .switches import Switches

__all__ = ["Answer", "Answers"]


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_success(self) -> bool:
        return 200 <= self.status <= 299  # noqa: PLR2004 - the range of 2xx

    @property
    def media_type(self) -> str:
        return "application/json" if self.body.startswith("{") else "text/plain"


class Answers:
    """The answers of one sandbox, as its switches have them."""

    def __init__(self, switches: Switches) -> None:
        self._switches = switches

    def accepted(self) -> Answer:
        return Answer(self._switches.success_status, self._switches.success_body)

    def table_full(self) -> Answer:
        return Answer(self._switches.table_full_status, self._switches.success_body)

    def unknown_url(self) -> Answer:
        return self._refusal(self._switches.unknown_url_status, "NotFound", "Not found")

    def wrong_method(self) -> Answer:
        return self._refusal(self._switches.wrong_method_status, "NotAllowed", "Method not allowed")

    def unauthorized(self) -> Answer:
        return self._refusal(401, "Unauthorized", "Unauthorized")

    def wrong_content_type(self) -> Answer:
        return self._refusal(400, "BadRequest", "Content-Type must be application/json")

    def too_large(self) -> Answer:
        return self._refusal(400, "BadRequest", "Payload too large")

    def malformed(self) -> Answer:
        return self._refusal(self._switches.malformed_status, "BadRequest", "Body is not JSON")

    def record_limit(self) -> Answer:
        return self._refusal(403, "Forbidden", "Record limit reached for webhook")

    def too_many_requests(
        self, retry_after: str | None = str(LIMITS.retry_after_seconds)
    ) -> Answer:
        headers = {} if retry_after is None else {"Retry-After": retry_after}
        message = "Too many requests. Wait a bit and retry."
        return Answer(429, _envelope("TooManyRequests", message), headers)

    def of(self, fault: Fault) -> Answer:
        """The answer that a fault asks for, with the documented body where there is one."""
        retry_after = _retry_after(fault)
        documented = {
            401: self.unauthorized(),
            403: self.record_limit(),
            404: self.unknown_url(),
            429: self.too_many_requests(None),
        }
        answer = documented.get(fault.status, Answer(fault.status, _phrase(fault.status)))
        headers = {"Retry-After": retry_after, "Location": fault.location}
        return Answer(
            fault.status, answer.body, {name: value for name, value in headers.items() if value}
        )

    def _refusal(self, status: int, kind: str, message: str) -> Answer:
        if self._switches.error_body == "text":
            return Answer(status, message)
        return Answer(status, _envelope(kind, message))


def _envelope(kind: str, message: str) -> str:
    body = {"type": kind, "message": message, "details": None}
    return json.dumps(body, separators=(",", ":"))


def _phrase(status: int) -> str:
    return next((known.phrase for known in HTTPStatus if known == status), "")


def _retry_after(fault: Fault) -> str | None:
    if fault.retry_after is None or not fault.retry_after.startswith("date+"):
        return fault.retry_after
    then = datetime.now(UTC) + timedelta(seconds=float(fault.retry_after.removeprefix("date+")))
    return format_datetime(then, usegmt=True)
