"""Who we are to Salesforce: a token from the settings, or one that is fetched when needed.

"OAuth 2.0 Client Credentials Flow for Server-to-Server Integration": POST to the domain's
/services/oauth2/token gives an access token, which lives as long as the org's session timeout.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from urllib.parse import urlencode

import httpx2

from leadflow.adapters.sinks.http_answers import ask, judge
from leadflow.adapters.sinks.http_client import HttpClient
from leadflow.adapters.sinks.http_wire import HttpAnswer
from leadflow.domain.delivery import Outcome, OutcomeKind

__all__ = ["ClientCredentials", "StaticToken"]

PATH = "/services/oauth2/token"
FORM = httpx2.Headers({"Content-Type": "application/x-www-form-urlencoded"})
REFUSED = Outcome(
    OutcomeKind.HELD, "Salesforce gave no token; check client_id, client_secret and url"
)


class StaticToken:
    """A token that somebody fetched; good for a trial, because a session ends within hours."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def token(self) -> str | Outcome:
        return self._token

    def forget(self, token: str) -> bool:
        return token != self._token


class ClientCredentials:
    """Fetches a token once for all who wait, and again when it is refused."""

    def __init__(self, client: HttpClient, *, url: str, client_id: str, secret: str) -> None:
        self._client = client
        self._url = httpx2.URL(url.rstrip("/") + PATH)
        self._form = urlencode(
            {
                "grant_type": "client_credentials",
                "client_id": client_id,
                "client_secret": secret,
            }
        ).encode()
        self._token = ""
        self._one_at_a_time = asyncio.Lock()

    async def token(self) -> str | Outcome:
        async with self._one_at_a_time:
            return self._token or await self._fetch()

    def forget(self, token: str) -> bool:
        if token == self._token:
            self._token = ""
        return True

    async def _fetch(self) -> str | Outcome:
        answer = await ask(self._client, "POST", self._url, headers=FORM, body=self._form)
        outcome = answer if isinstance(answer, Outcome) else judge(answer)
        if outcome.kind is OutcomeKind.LOST:  # no lead was in it: nothing can have happened
            return replace(outcome, kind=OutcomeKind.TRANSIENT)
        if outcome.kind is OutcomeKind.TRANSIENT or outcome.retry_after_seconds:
            return outcome
        self._token = _access_token(answer.body) if isinstance(answer, HttpAnswer) else ""
        return self._token or REFUSED


def _access_token(body: bytes) -> str:
    try:
        return str(json.loads(body)["access_token"])
    except (ValueError, LookupError, TypeError, RecursionError):
        return ""
