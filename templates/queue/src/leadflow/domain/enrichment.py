"""What Clay sends back about a lead: its facts, and the score that routes it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import NamedTuple

from leadflow.domain.errors import EnrichmentRefused
from leadflow.domain.token import CALLBACK_FIELD, TOKEN_FIELD

__all__ = ["SCORE_FIELD", "Enrichment", "canonical", "digest_of", "parse_enrichment"]

SCORE_FIELD = "icp_score"
NO_FACTS = frozenset({TOKEN_FIELD, CALLBACK_FIELD})  # ours, and only on their way back
HIGHEST_SCORE = 100
DIGITS = re.compile(r"[0-9]{1,3}")
ENCODER = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
)


class Enrichment(NamedTuple):
    """The facts as they are stored; a score among them is a whole number, or None for none."""

    facts: Mapping[str, object]
    score: int | None


def parse_enrichment(body: Mapping[str, object]) -> Enrichment:
    """Take the facts out of a callback's body; raise EnrichmentRefused for a score that is none."""
    facts = {name: value for name, value in body.items() if name not in NO_FACTS}
    score = _parse_score(facts.get(SCORE_FIELD))
    if SCORE_FIELD in facts:
        facts[SCORE_FIELD] = score
    return Enrichment(facts, score)


def canonical(facts: Mapping[str, object]) -> str:
    """Write the facts in the one way that equal facts share."""
    return ENCODER.encode(facts)


def digest_of(facts: Mapping[str, object]) -> str:
    """Tell "the same again" from "enriched again"."""
    return hashlib.sha256(canonical(facts).encode()).hexdigest()


def _parse_score(value: object) -> int | None:
    """Read 85, "85", " 85 " and 85.0; Clay makes a text of a number that stands in quotes."""
    if value is None:
        return None
    if isinstance(value, str):
        return _score_of_text(value.strip())
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise EnrichmentRefused(f"{SCORE_FIELD}: neither a number nor blank")
    if isinstance(value, float) and not value.is_integer():
        raise EnrichmentRefused(f"{SCORE_FIELD}: not a whole number")
    return _in_range(int(value))


def _score_of_text(text: str) -> int | None:
    if not text:
        return None
    if not DIGITS.fullmatch(text):
        raise EnrichmentRefused(f"{SCORE_FIELD}: not a whole number")
    return _in_range(int(text))


def _in_range(score: int) -> int:
    if not 0 <= score <= HIGHEST_SCORE:
        raise EnrichmentRefused(f"{SCORE_FIELD}: not between 0 and {HIGHEST_SCORE}")
    return score
