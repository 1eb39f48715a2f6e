"""The content of routes.yaml -> Routing, or every problem in it at once."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence

from leadflow.domain.conditions import KINDS, AtLeast, Below, Condition, Is, OneOf
from leadflow.domain.enrichment import HIGHEST_SCORE, SCORE_FIELD
from leadflow.domain.errors import RoutingError
from leadflow.domain.problem import Findings, Where
from leadflow.domain.routing import NO_ROUTE, UNSCORED, Route, Routing

__all__ = ["routing_from"]

TESTS = ("at_least", "below", "one_of", "is")


def routing_from(document: object, *, destinations: Collection[str]) -> Routing:
    """Check and build; raise RoutingError with all problems."""
    found = Findings()
    top = found.mapping(
        document, (), known=("routes", "always", "unscored"), required=("routes", "always")
    )
    entries = found.entries(top.get("routes", []), ("routes",))
    routing = Routing(
        tuple(_route(entry, ("routes", n), found, destinations) for n, entry in enumerate(entries)),
        found.names(top.get("always", []), ("always",), known=destinations),
        found.names(top.get("unscored", []), ("unscored",), known=destinations),
    )
    _check_names(routing.routes, found)
    _check_reach(routing.routes, found)
    if found.problems:
        raise RoutingError(found.problems)
    return routing


def _route(entry: object, where: Where, found: Findings, destinations: Collection[str]) -> Route:
    parts = found.mapping(entry, where, known=("name", "when", "to"), required=("name", "to"))
    name = found.text(parts["name"], (*where, "name")) if parts.get("name") is not None else ""
    when = found.mapping(parts.get("when", {}), (*where, "when"))
    conditions = [
        condition
        for field, tests in when.items()
        for condition in _conditions(field, tests, (*where, "when", field), found)
    ]
    is_said = parts.get("to") is not None
    to = found.names(parts["to"], (*where, "to"), known=destinations) if is_said else ()
    if parts.get("to") == []:
        found.add((*where, "to"), "names no destination; add one")
    return Route(name, tuple(conditions), to)


def _conditions(field: str, tests: object, where: Where, found: Findings) -> list[Condition]:
    asked = found.mapping(tests, where, known=TESTS)
    if isinstance(tests, Mapping) and not tests:
        found.add(where, f"asks nothing; write one of {', '.join(TESTS)}")
    return [
        _condition(field, test, value, (*where, test), found)
        for test, value in asked.items()
        if test in TESTS
    ]


def _condition(field: str, test: str, value: object, where: Where, found: Findings) -> Condition:
    if test == "is":
        return Is(field, found.choice(value, where, KINDS))
    if test == "one_of":
        entries = found.entries(value, where)
        texts = [found.text(entry, (*where, n)) for n, entry in enumerate(entries)]
        if value == []:
            found.add(where, "names nothing; add a text")
        return OneOf(field, frozenset(text.strip().casefold() for text in texts))
    least, most = (0.0, float(HIGHEST_SCORE)) if field == SCORE_FIELD else (-math.inf, math.inf)
    number = found.number(value, where, least=least, most=most)
    return AtLeast(field, number) if test == "at_least" else Below(field, number)


def _check_names(routes: Sequence[Route], found: Findings) -> None:
    seen: set[str] = set()
    for number, route in enumerate(routes):
        if route.name in {UNSCORED, NO_ROUTE}:
            found.add(("routes", number, "name"), f"{route.name} has a meaning already; rename it")
        elif route.name and route.name in seen:
            found.add(("routes", number, "name"), "another route has this name; rename one")
        seen.add(route.name)


def _check_reach(routes: Sequence[Route], found: Findings) -> None:
    """Find routes that can never win, because an earlier one takes all that they ask for."""
    if found.problems:
        return  # what is misread so far would be misjudged here
    for number, later in enumerate(routes):
        for earlier in routes[:number]:
            if all(_is_implied(condition, later.conditions) for condition in earlier.conditions):
                where = ("routes", number)
                found.add(where, f"never wins: {earlier.name} takes all of it; put this one first")
                break


def _is_implied(condition: Condition, others: Sequence[Condition]) -> bool:
    return any(
        condition.field == other.field and condition.is_implied_by(other) for other in others
    )
