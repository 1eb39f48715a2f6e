"""Any HTTP endpoint: one request per lead, its body mapped in destinations.yaml.

Each request carries an `Idempotency-Key`, the same for every attempt at the same delivery: an
endpoint that heeds it (draft-ietf-httpapi-idempotency-key-header) acts once, whatever is lost.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import httpx2

from leadflow.adapters.sinks.http_answers import DELIVERED, ask, judge
from leadflow.adapters.sinks.http_client import HttpClient
from leadflow.domain.delivery import Delivery, Outcome, dedupe_key
from leadflow.domain.mapping import fill

__all__ = ["HttpSink"]

CONFLICT = 409


class HttpSink:
    """Posts each lead; 409 means delivered where the settings say that it does."""

    batch_size = 1

    def __init__(
        self,
        client: HttpClient,
        *,
        url: str,
        method: str,
        headers: Mapping[str, str],
        body: Mapping[str, object],
        is_enrolment: bool,
        conflict_means_delivered: bool,
    ) -> None:
        self._client = client
        self._url = httpx2.URL(url)
        self._method = method
        self._headers = httpx2.Headers(
            {"Content-Type": "application/json", "User-Agent": "leadflow"}
        )
        self._headers.update(headers)  # one of theirs replaces ours, however it is written
        self._body = body
        self._is_enrolment = is_enrolment
        self._conflict_means_delivered = conflict_means_delivered

    async def deliver(self, batch: Sequence[Delivery]) -> Sequence[Outcome]:
        return [await self._post(delivery) for delivery in batch]

    async def _post(self, delivery: Delivery) -> Outcome:
        body = json.dumps(fill(self._body, delivery.fields), ensure_ascii=False).encode()
        headers = httpx2.Headers(self._headers)
        headers["Idempotency-Key"] = self._key(delivery)
        answer = await ask(self._client, self._method, self._url, headers=headers, body=body)
        if isinstance(answer, Outcome):
            return answer
        if answer.status == CONFLICT and self._conflict_means_delivered:
            return DELIVERED
        return judge(answer)

    def _key(self, delivery: Delivery) -> str:
        return dedupe_key(
            delivery.destination,
            delivery.lead_id,
            delivery.event_id,
            is_enrolment=self._is_enrolment,
        )
