"""What a PromQL expression asks for: metric names, and the labels it picks or groups by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import promql_parser
from prometheus_client import CollectorRegistry

__all__ = ["Asked", "asked_by", "exported_by"]


class Asked(NamedTuple):
    """One selector: `labels` are those it matches, with the values where they are plain."""

    name: str
    labels: frozenset[tuple[str, str]]
    grouped_by: frozenset[str]


def asked_by(expression: str) -> list[Asked]:
    """Read every selector; raise ValueError for what is no PromQL."""
    return list(_selectors(promql_parser.parse(expression), frozenset()))


def exported_by(registry: CollectorRegistry) -> dict[str, set[str]]:
    """Every name that a scrape may show, with its labels."""
    exported = {}
    for collector in set(registry._collector_to_names):
        look = getattr(collector, "describe", collector.collect)
        for metric in look():
            labels = {*getattr(collector, "_labelnames", getattr(metric, "_labelnames", ()))}
            for name, extra in _samples(metric.name, metric.type):
                exported[name] = labels | extra
    return exported


def _samples(name: str, kind: str) -> Iterator[tuple[str, set[str]]]:
    if kind == "counter":
        yield f"{name}_total", set()
    elif kind == "histogram":
        yield f"{name}_bucket", {"le"}
        yield from ((f"{name}_{part}", set()) for part in ("count", "sum"))
    else:
        yield name, set()


def _selectors(part: Any, groups: frozenset[str]) -> Iterator[Asked]:
    match type(part).__name__:
        case "VectorSelector":
            matchers = part.matchers.matchers
            labels = frozenset((matcher.name, matcher.value) for matcher in matchers)
            yield Asked(part.name, labels, groups)
        case "MatrixSelector":
            yield from _selectors(part.vector_selector, groups)
        case "AggregateExpr":
            by = frozenset(part.modifier.labels) if part.modifier else frozenset()
            yield from _selectors(part.expr, groups | by)
        case "BinaryExpr":
            yield from _selectors(part.lhs, groups)
            yield from _selectors(part.rhs, groups)
        case "Call":
            for argument in part.args:
                yield from _selectors(argument, groups)
        case "ParenExpr" | "UnaryExpr" | "SubqueryExpr":
            yield from _selectors(part.expr, groups)
        case "NumberLiteral" | "StringLiteral":
            pass
        case kind:
            raise TypeError(f"{kind} is not read here yet")
