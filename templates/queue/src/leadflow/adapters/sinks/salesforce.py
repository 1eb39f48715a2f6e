"""Salesforce: upsert by an external id field of our own, which holds the lead_id.

REST API Developer Guide, "sObject Rows by External ID": PATCH creates (201) or updates (200, 204);
300 when several records match, and nothing is written. Neither Id nor the external id field may be
in the body. An e-mail address would not do as the id: one that ends in `.inc` is answered 404.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Protocol
from urllib.parse import quote

import httpx2

from leadflow.adapters.sinks.http_answers import ask, judge, rate_limited
from leadflow.adapters.sinks.http_client import HttpClient
from leadflow.adapters.sinks.http_wire import HttpAnswer
from leadflow.domain.delivery import Delivery, Outcome, OutcomeKind
from leadflow.domain.mapping import fill

__all__ = ["Salesforce", "Session"]

AMBIGUOUS = Outcome(OutcomeKind.PERMANENT, "ambiguous external id")
MULTIPLE, BAD_REQUEST, UNAUTHORISED, FORBIDDEN = 300, 400, 401, 403
DAILY_LIMIT, DAILY_PAUSE_SECONDS = "REQUEST_LIMIT_EXCEEDED", 900.0  # answered 403
ROW_LOCK = "UNABLE_TO_LOCK_ROW"
# Said of every lead alike: the mapping is wrong, or the organisation is full.
NO_LEADS_FAULT = {
    "INVALID_FIELD",
    "INVALID_FIELD_FOR_INSERT_UPDATE",
    "INVALID_TYPE",
    "STORAGE_LIMIT_EXCEEDED",
}
ERROR_CODE = re.compile(r"[A-Z][A-Z_]{2,60}")


class Session(Protocol):
    """Who we are to Salesforce."""

    async def token(self) -> str | Outcome:
        """Give a token, or why there is none now."""

    def forget(self, token: str) -> bool:
        """The token was refused; True when another can be had."""


class Salesforce:
    """Writes one record per lead."""

    batch_size = 1

    def __init__(
        self,
        client: HttpClient,
        session: Session,
        *,
        url: str,
        api_version: str,
        object_name: str,
        external_id: str,
        fields: Mapping[str, object],
    ) -> None:
        self._client, self._session, self._fields = client, session, fields
        version = "v" + api_version.removeprefix("v")
        path = f"services/data/{version}/sobjects/{object_name}/{external_id}"
        self._base = f"{url.rstrip('/')}/{path}/"

    async def deliver(self, batch: Sequence[Delivery]) -> Sequence[Outcome]:
        return [await self._upsert(delivery) for delivery in batch]

    async def _upsert(self, delivery: Delivery) -> Outcome:
        token = await self._session.token()
        answer = await self._patch(delivery, token)
        if _status(answer) == UNAUTHORISED and self._session.forget(str(token)):
            answer = await self._patch(delivery, await self._session.token())
        return answer if isinstance(answer, Outcome) else _judge(answer)

    async def _patch(self, delivery: Delivery, token: str | Outcome) -> HttpAnswer | Outcome:
        if isinstance(token, Outcome):
            return token
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        return await ask(
            self._client,
            "PATCH",
            httpx2.URL(self._base + quote(delivery.lead_id, safe="")),
            headers=httpx2.Headers(headers),
            body=json.dumps(fill(self._fields, delivery.fields)).encode(),
        )


def _status(answer: HttpAnswer | Outcome) -> int:
    return answer.status if isinstance(answer, HttpAnswer) else 0


def _judge(answer: HttpAnswer) -> Outcome:
    code = _error_code(answer.body)
    if answer.status == MULTIPLE:
        return AMBIGUOUS
    if answer.status == FORBIDDEN and code == DAILY_LIMIT:
        return rate_limited(answer.retry_after_seconds or DAILY_PAUSE_SECONDS)
    if answer.status == BAD_REQUEST and code == ROW_LOCK:
        return Outcome(OutcomeKind.TRANSIENT, "the record is locked")
    if answer.status == BAD_REQUEST and code in NO_LEADS_FAULT:
        return Outcome(OutcomeKind.HELD, f"Salesforce: {code}; mend destinations.yaml, or it")
    return judge(answer, refusal=f"refused by Salesforce: {code or 'no reason given'}")


def _error_code(body: bytes) -> str:
    """Read `[{"errorCode": ...}]`; the message beside it may quote the lead."""
    try:
        code = str(json.loads(body)[0]["errorCode"])
    except (ValueError, LookupError, TypeError, RecursionError):
        return ""
    return code if ERROR_CODE.fullmatch(code) else ""
