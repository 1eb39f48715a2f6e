"""Made-up people, with names that no log holds by chance, and what Clay says about them."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Mapping, Sequence
from string import ascii_lowercase
from typing import Any

from clay_sandbox import HttpApiColumn
from harness.callers import Callback
from harness.log_search import keep_from_logs
from leadflow.domain.lead import identify
from leadflow.domain.token import TOKEN_FIELD, TokenRing, issue
from leadflow.settings import Settings

__all__ = ["Person", "Row", "callback_column", "callbacks_about", "expected_of", "people"]

Person = dict[str, str]
Row = Mapping[str, Any]
BODY = (
    '{"' + TOKEN_FIELD + '": "/{' + TOKEN_FIELD + '}", "email": "/{email}",'
    ' "first_name": "/{first_name}", "last_name": "/{last_name}", "company": "/{company}",'
    ' "work_email": "/{work_email}", "title": "/{job_title}", "icp_score": /{icp_score}}'
)
RETRY_ON = ("408", "413", "429", "500-599", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT")


def people(count: int) -> list[Person]:
    """The same ones each time."""
    chance = random.Random(1)

    def word(length: int) -> str:
        return "".join(chance.choices(ascii_lowercase, k=length))

    rows = []
    for _ in range(count):
        first, last, company = word(9), word(10), word(12)
        email = f"{first}.{last}@{company}.com"
        names = {"first_name": first.title(), "last_name": last.title()}
        rows.append({"email": email, **names, "company": company.title()})
    keep_from_logs(value for row in rows for value in row.values())
    return rows


def callbacks_about(
    leads: Sequence[Person], settings: Settings, *, age_seconds: float = 0
) -> list[Callback]:
    """What Clay calls back with. Every lead is worth an enrolment, and was sent so long ago."""
    ring = TokenRing(settings.token_audience, settings.token_keys)
    issued_at = int(time.time() - age_seconds)
    made = []
    for lead in leads:
        lead_id, email = identify(lead), lead["email"]
        token = issue(ring, lead_id=lead_id, fields=lead, issued_at=issued_at)
        body = {TOKEN_FIELD: token, "email": email, "work_email": email, "icp_score": 90}
        made.append(Callback(lead_id, token, json.dumps(body).encode()))
    keep_from_logs(callback.token.rpartition(".")[2] for callback in made)
    return made


def callback_column(port: int, *, secret: str) -> HttpApiColumn:
    """The HTTP API column, as docs/clay-setup.md has it set up."""
    return HttpApiColumn(
        url=f"http://127.0.0.1:{port}/api/clay/enriched",
        body=BODY,
        headers={"Authorization": f"Bearer {secret}"},
        retries=5,
        retry_on=RETRY_ON,
        requests_per_second=500,
    )


def expected_of(row: Row) -> set[str]:
    """Where routes.yaml sends a row of the local Clay, worked out by hand."""
    score, work_email = row["cells"]["icp_score"]["value"], row["cells"]["work_email"]["value"]
    if score >= 80 and work_email:
        return {"crm", "outreach", "database"}
    return {"nurture", "database"} if score >= 50 else {"database"}
