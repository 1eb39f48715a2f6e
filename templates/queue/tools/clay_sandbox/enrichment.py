"""Enrichment columns with made-up facts. Pure: the same row and seed give the same facts.

A fact is drawn from what identifies the lead (its e-mail, names, domain), never from the whole
row, so a lead that is sent again with another correlation token is enriched alike.
"""

from __future__ import annotations

import json
import random
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .limits import LIMITS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["DEFAULT_COLUMNS", "Draw", "EnrichmentColumn", "draw_row"]

_IDENTITY = ("email", "first_name", "last_name", "domain", "company")
_TITLES = ("Head of Sales", "Founder", "VP Marketing", "RevOps Lead", 'Director "Growth"', "CTO")
_SIZES = ("1-10", "11-50", "51-200", "201-500", "501-1000", "1001-5000")


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrichmentColumn:
    """`fact` is what it looks up (a key of FACTS). A formula costs 0 credits and 0 actions."""

    name: str
    fact: str
    credits: float = 0.0
    actions: int = 1
    no_result_share: float = 0.0


@dataclass(frozen=True, slots=True)
class Draw:
    """What the enrichment found, None for no result, and when: a share of the mean latency."""

    value: str | int | None
    latency_share: float


def draw_row(
    columns: Sequence[EnrichmentColumn], values: Mapping[str, object], *, seed: int
) -> list[tuple[EnrichmentColumn, Draw]]:
    """What each column finds for a row with these values, soonest first."""
    identity = {key: values[key] for key in _IDENTITY if key in values} or values
    lead = f"{seed}/{json.dumps(identity, sort_keys=True)}"
    drawn = [(column, _draw(column, values, lead)) for column in columns]
    return sorted(drawn, key=lambda pair: pair[1].latency_share)


def _draw(column: EnrichmentColumn, values: Mapping[str, object], lead: str) -> Draw:
    chance = random.Random(f"{lead}/{column.name}")
    latency_share = chance.uniform(0.5, 1.5)
    if chance.random() < column.no_result_share:
        return Draw(None, latency_share)
    return Draw(FACTS[column.fact](values, chance), latency_share)


def _work_email(values: Mapping[str, object], chance: random.Random) -> str:
    names = (_plain(values.get("first_name")), _plain(values.get("last_name")))
    local = ".".join(name for name in names if name) or f"person{chance.randrange(10**6)}"
    domain = values.get("domain") or str(values.get("email", "")).rpartition("@")[2]
    return f"{local}@{domain or 'example.com'}"


def _plain(name: object) -> str:
    return re.sub(r"[^a-z]", "", str(name or "").lower())


def _job_title(_values: Mapping[str, object], chance: random.Random) -> str:
    return chance.choice(_TITLES)


def _company_size(_values: Mapping[str, object], chance: random.Random) -> str:
    return chance.choice(_SIZES)


def _icp_score(_values: Mapping[str, object], chance: random.Random) -> int:
    return chance.randint(0, 100)


FACTS: dict[str, Callable[[Mapping[str, object], random.Random], str | int]] = {
    "work_email": _work_email,
    "job_title": _job_title,
    "company_size": _company_size,
    "icp_score": _icp_score,
}

# Three enrichments that cost one fully enriched record, and a formula, which is free.
_EACH = LIMITS.credits_per_lead / 3
DEFAULT_COLUMNS = (
    EnrichmentColumn(name="work_email", fact="work_email", credits=_EACH, no_result_share=0.1),
    EnrichmentColumn(name="job_title", fact="job_title", credits=_EACH, no_result_share=0.05),
    EnrichmentColumn(name="company_size", fact="company_size", credits=_EACH),
    EnrichmentColumn(name="icp_score", fact="icp_score", actions=0),
)
