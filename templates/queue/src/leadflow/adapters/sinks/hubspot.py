"""HubSpot contacts: batch upsert by e-mail.

developers.hubspot.com/docs/api-reference/latest/crm/objects/contacts/batch/upsert-contacts: up to
100 inputs, each with `idProperty`, `id`, `properties` and an `objectWriteTraceId`; 200 for all, 207
with `results` and `errors`, whose context names the traces. An input twice in a batch is refused.
developers.hubspot.com/docs/api-reference/error-handling: 423 is a lock of 2 s, 477 a migration.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

import httpx2

from leadflow.adapters.sinks.http_answers import ask, judge, rate_limited
from leadflow.adapters.sinks.http_client import HttpClient
from leadflow.adapters.sinks.http_wire import HttpAnswer
from leadflow.adapters.sinks.hubspot_answers import by_input
from leadflow.domain.delivery import Delivery, Outcome, OutcomeKind
from leadflow.domain.mapping import fill

__all__ = ["HubSpot"]

PATH = "/crm/v3/objects/contacts/batch/upsert"
KEY = "email"
NO_EMAIL = Outcome(OutcomeKind.PERMANENT, "no e-mail")
BAD_BATCH, LOCKED, MIGRATING = 400, 423, 477
LOCK_SECONDS = 2.0


class HubSpot:
    """Writes contacts, a hundred at a time; one bad contact never holds up the others."""

    batch_size = 100

    def __init__(
        self, client: HttpClient, *, url: str, token: str, properties: Mapping[str, object]
    ) -> None:
        self._client = client
        self._url = httpx2.URL(url.rstrip("/") + PATH)
        self._headers = httpx2.Headers(
            {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        )
        self._properties = properties

    async def deliver(self, batch: Sequence[Delivery]) -> Sequence[Outcome]:
        contacts = {d.delivery_id: _properties(fill(self._properties, d.fields)) for d in batch}
        outcomes = {key: NO_EMAIL for key, contact in contacts.items() if not contact.get(KEY)}
        writable = {key: contact for key, contact in contacts.items() if contact.get(KEY)}
        for once_each in _without_doubles(writable):
            outcomes |= await self._upsert(once_each)
        return [outcomes[delivery.delivery_id] for delivery in batch]

    async def _upsert(self, contacts: Mapping[int, dict[str, str]]) -> dict[int, Outcome]:
        body = json.dumps({"inputs": [_input(*item) for item in contacts.items()]}).encode()
        answer = await ask(self._client, "POST", self._url, headers=self._headers, body=body)
        if isinstance(answer, Outcome):
            return dict.fromkeys(contacts, answer)
        if answer.status == BAD_BATCH and len(contacts) > 1:  # refused whole for a bad contact
            return await self._upsert_halves(contacts)
        return by_input(answer, contacts) or dict.fromkeys(contacts, _judge(answer))

    async def _upsert_halves(self, contacts: Mapping[int, dict[str, str]]) -> dict[int, Outcome]:
        items = list(contacts.items())
        middle = len(items) // 2
        first = await self._upsert(dict(items[:middle]))
        return first | await self._upsert(dict(items[middle:]))


def _judge(answer: HttpAnswer) -> Outcome:
    if answer.status == LOCKED:
        return Outcome(OutcomeKind.TRANSIENT, "locked by HubSpot (423)", LOCK_SECONDS)
    if answer.status == MIGRATING:
        return rate_limited(answer.retry_after_seconds)
    return judge(answer, refusal="refused by HubSpot")


def _without_doubles(contacts: Mapping[int, dict[str, str]]) -> Iterator[dict[int, dict[str, str]]]:
    """Split so that no batch names an e-mail twice; of two leads with one, the later comes last."""
    rounds: list[dict[int, dict[str, str]]] = []
    met: dict[str, int] = {}
    for key in sorted(contacts):
        email = contacts[key][KEY].casefold()
        turn = met[email] = met.get(email, -1) + 1
        if turn == len(rounds):
            rounds.append({})
        rounds[turn][key] = contacts[key]
    yield from rounds


def _input(delivery_id: int, properties: dict[str, str]) -> dict[str, object]:
    return {
        "idProperty": KEY,
        "id": properties[KEY],
        "objectWriteTraceId": str(delivery_id),
        "properties": properties,
    }


def _properties(values: Mapping[str, object]) -> dict[str, str]:
    return {name: text for name, value in values.items() if (text := _text(value))}


def _text(value: object) -> str:
    """HubSpot reads texts: true and false in small letters, several choices between semicolons."""
    if isinstance(value, list):
        return ";".join(map(_text, value))
    return value.strip() if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
