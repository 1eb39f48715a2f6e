"""Which destinations an enrichment goes to. Pure and total: every enrichment has a route.

The routes are data (routes.yaml). The first one whose conditions all hold wins, and `always` is
added to it. Without a score no route is tried: nobody is contacted on the strength of nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from leadflow.domain.conditions import Condition
from leadflow.domain.email import parse_address, parse_domain
from leadflow.domain.enrichment import SCORE_FIELD
from leadflow.domain.errors import LeadRejected

__all__ = ["NO_ROUTE", "UNSCORED", "Route", "Routing", "contact_key", "may_contact", "route"]

UNSCORED, NO_ROUTE = "unscored", "none"
AROUND_WORDS = re.compile(r"[\s<>()\[\]{},;:\"']+")  # as in `Ada <ada@acme.com>, bob@acme.com`


class Route(NamedTuple):
    """Where an enrichment goes when every condition holds."""

    name: str
    conditions: tuple[Condition, ...]
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Routing:
    """Every route in order, and what is added to whichever wins."""

    routes: tuple[Route, ...]
    always: tuple[str, ...]
    unscored: tuple[str, ...] = ()


def route(
    facts: Mapping[str, object], score: int | None, routing: Routing
) -> tuple[str, tuple[str, ...]]:
    """Name the route that wins, and each of its destinations once."""
    if score is None:
        return UNSCORED, _each_once(routing.unscored, routing.always)
    asked = {**facts, SCORE_FIELD: score}
    for candidate in routing.routes:
        if all(condition.holds(asked.get(condition.field)) for condition in candidate.conditions):
            return candidate.name, _each_once(candidate.to, routing.always)
    return NO_ROUTE, _each_once((), routing.always)


def may_contact(fields: Mapping[str, object], do_not_contact: frozenset[str]) -> bool:
    """Is nobody in these fields on the list: no address in any of them, and no domain of theirs?

    Any field may be mapped to a destination, so it does not matter which one an address is in.
    """
    if not do_not_contact:
        return True
    words = AROUND_WORDS.split(" ".join(str(value) for value in fields.values()))
    named = [word for word in words if "@" in word] + [str(fields.get("domain", ""))]
    return not any(do_not_contact.intersection(_keys_of(word)) for word in named)


def contact_key(text: str) -> str:
    """Write an address or a domain as it is compared; raise LeadRejected when it is neither."""
    clean = unicodedata.normalize("NFC", text).strip()
    if "@" in clean.removeprefix("@"):
        return parse_address(clean).key
    return parse_domain(clean.removeprefix("@")).key


def _keys_of(word: str) -> Iterator[str]:
    """Name an address, its domain, and every domain around that one."""
    try:
        key = contact_key(word)
    except (LeadRejected, UnicodeError):
        return
    yield key
    labels = key.rpartition("@")[2].split(".")
    yield from (".".join(labels[start:]) for start in range(len(labels)))


def _each_once(*lists: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for names in lists for name in names))
