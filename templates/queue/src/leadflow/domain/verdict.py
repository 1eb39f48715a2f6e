"""What Clay's answer means for the lead, the webhook and the run. The body is never looked at."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from leadflow.domain.ledger import Event

__all__ = ["Reply", "Verdict", "judge"]


@dataclass(frozen=True, slots=True)
class Reply:
    """What was read of an answer."""

    status: int
    retry_after_seconds: float | None = None
    started_at: float | None = None  # when the request left, on the monotonic clock


class Verdict(Enum):
    """One meaning each: what becomes of the lead, and the reason that is stored with it."""

    ACCEPTED = (Event.ACCEPTED, "")
    RATE_LIMITED = (Event.PUT_BACK, "rate limited (429)")  # Clay dropped it
    UNREACHABLE = (Event.PUT_BACK, "Clay could not be reached")
    INTERRUPTED = (Event.PUT_BACK, "interrupted before it was sent")
    URL_OR_TOKEN_WRONG = (Event.PUT_BACK, "URL or token refused")
    WEBHOOK_FULL = (Event.PUT_BACK, "webhook_exhausted")
    LEAD_REFUSED = (Event.REFUSED, "refused by Clay")
    REDIRECTED = (Event.BROKEN, "redirect")  # never followed: the lead would go to a stranger
    SERVER_ERROR = (Event.BROKEN, "server error")
    ANSWER_LOST = (Event.LOST, "answer lost")  # or a gateway's word that it had none from Clay

    @property
    def event(self) -> Event:
        return self.value[0]

    @property
    def reason(self) -> str:
        return self.value[1]


STATUSES = {
    401: Verdict.URL_OR_TOKEN_WRONG,
    403: Verdict.WEBHOOK_FULL,
    404: Verdict.URL_OR_TOKEN_WRONG,
    408: Verdict.ANSWER_LOST,
    429: Verdict.RATE_LIMITED,
    502: Verdict.ANSWER_LOST,
    504: Verdict.ANSWER_LOST,
}
CLASSES = {
    2: Verdict.ACCEPTED,
    3: Verdict.REDIRECTED,
    4: Verdict.LEAD_REFUSED,
    5: Verdict.SERVER_ERROR,
}


def judge(status: int) -> Verdict:
    """Classify an HTTP status; one that HTTP does not know is a server error."""
    return STATUSES.get(status) or CLASSES.get(status // 100, Verdict.SERVER_ERROR)
