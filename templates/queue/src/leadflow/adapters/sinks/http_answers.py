"""What an HTTP answer says about a delivery, where the destination's own document says no more.

An answer proves that nothing happened only when it says so: 429 and 503. After any other 5xx, and
after 408, the destination may have acted; what may happen twice is then tried again, an enrolment
is not. Whatever is wrong for every lead alike - token, URL - is held, so that it kills none.
"""

from __future__ import annotations

import httpx2

from leadflow.adapters.sinks.http_client import HttpClient
from leadflow.adapters.sinks.http_wire import HttpAnswer
from leadflow.domain.delivery import Outcome, OutcomeKind
from leadflow.domain.errors import AnswerLost, NotSent

__all__ = ["DELIVERED", "ask", "judge", "rate_limited"]

DELIVERED = Outcome(OutcomeKind.DELIVERED)
PAUSE_SECONDS = 10.0  # after a 429 that does not say how long
TOO_MANY, REQUEST_TIMEOUT, UNAVAILABLE, SERVER_ERROR = 429, 408, 503, 500
REMEDIES = {
    401: "the token was refused; correct it for this destination and restart",
    403: "the token may not do this; give it the permission, or correct it and restart",
    404: "there is nothing at this URL; correct it in destinations.yaml and restart",
    405: "this URL does not take the method; correct it in destinations.yaml and restart",
}


async def ask(
    client: HttpClient, method: str, url: httpx2.URL, *, headers: httpx2.Headers, body: bytes
) -> HttpAnswer | Outcome:
    """Send a request; where no answer came, what that means for the delivery."""
    try:
        return await client.send(method, url, headers=headers, body=body)
    except NotSent as fault:
        return Outcome(OutcomeKind.TRANSIENT, str(fault))
    except AnswerLost as fault:
        return Outcome(OutcomeKind.LOST, str(fault))


def judge(answer: HttpAnswer, *, refusal: str = "refused") -> Outcome:
    """Classify an answer by its status; a body is never quoted, because it may hold the lead."""
    status, pause = answer.status, answer.retry_after_seconds
    if answer.is_success:
        return DELIVERED
    if answer.is_redirect:
        return Outcome(OutcomeKind.PERMANENT, f"redirect ({status}), which is never followed")
    if remedy := REMEDIES.get(status):
        return Outcome(OutcomeKind.HELD, f"{status}: {remedy}")
    if status == TOO_MANY:
        return rate_limited(pause)
    kind = _kind_of_failure(status)
    reason = refusal if kind is OutcomeKind.PERMANENT else "server error"
    return Outcome(kind, f"{reason} ({status})", pause)


def _kind_of_failure(status: int) -> OutcomeKind:
    if status == UNAVAILABLE:
        return OutcomeKind.TRANSIENT
    if status >= SERVER_ERROR or status == REQUEST_TIMEOUT:
        return OutcomeKind.LOST
    return OutcomeKind.PERMANENT


def rate_limited(pause_seconds: float | None) -> Outcome:
    """Nothing is wrong but the pace: the whole destination waits."""
    return Outcome(OutcomeKind.HELD, "rate limited (429)", pause_seconds or PAUSE_SECONDS)
