"""What a lead carries to Clay and back: the token that proves its callback, and where to call."""

from __future__ import annotations

from collections.abc import Mapping

from leadflow.domain.lead import clay_body
from leadflow.domain.token import CALLBACK_FIELD, TOKEN_FIELD, TokenRing, issue
from leadflow.use_cases.send_lead import Compose, WaitingLead

__all__ = ["carried_bytes", "composer"]

ANY_LEAD = "lead-" + "0" * 32  # every lead_id and every token is as long as any other


def composer(ring: TokenRing, callback_url: str) -> Compose:
    """Make the function that writes a claimed lead as the row Clay receives."""

    def compose(lead: WaitingLead, claimed_at: float) -> bytes:
        return _row(ring, callback_url, lead.lead_id, lead.fields, int(claimed_at))

    return compose


def carried_bytes(ring: TokenRing, callback_url: str, *, now: float) -> int:
    """How much of a row's allowed size is ours."""
    return len(_row(ring, callback_url, ANY_LEAD, {"email": "a@b.co"}, int(now)))


def _row(
    ring: TokenRing, callback_url: str, lead_id: str, fields: Mapping[str, str], issued_at: int
) -> bytes:
    # Last: nothing in a file passes for them.
    row = {**fields, CALLBACK_FIELD: callback_url} if callback_url else {**fields}
    if ring.keys:
        row[TOKEN_FIELD] = issue(ring, lead_id=lead_id, fields=fields, issued_at=issued_at)
    return clay_body(lead_id, row)
