"""routes.yaml -> Routing. What a route may say is in domain/routes_document.py."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from leadflow.adapters.strict_yaml import read_yaml
from leadflow.domain.errors import RoutingError
from leadflow.domain.routes_document import routing_from
from leadflow.domain.routing import Routing

__all__ = ["load_routing"]


def load_routing(path: Path, *, destinations: Collection[str]) -> Routing:
    """Read the routes; raise RoutingError with every problem and its line."""
    document = read_yaml(path, refuse=RoutingError)
    try:
        return routing_from(document.content, destinations=destinations)
    except RoutingError as refusal:
        raise RoutingError(document.located(refusal.problems)) from None
