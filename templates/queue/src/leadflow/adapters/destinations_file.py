"""destinations.yaml -> DestinationSpec by name. The kinds are in domain/destination.py."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from leadflow.adapters.strict_yaml import read_yaml
from leadflow.domain.destination import DestinationSpec
from leadflow.domain.destinations_document import destinations_from
from leadflow.domain.errors import DestinationsError

__all__ = ["load_destinations"]


def load_destinations(path: Path, environ: Mapping[str, str]) -> dict[str, DestinationSpec]:
    """Read the destinations, secrets from `environ`; raise DestinationsError with every problem."""
    document = read_yaml(path, refuse=DestinationsError)
    try:
        return destinations_from(document.content, environ=environ)
    except DestinationsError as refusal:
        raise DestinationsError(document.located(refusal.problems)) from None
