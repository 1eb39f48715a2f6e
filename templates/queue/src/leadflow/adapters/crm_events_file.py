"""crm_events.yaml -> mappings. What it may say is in domain/crm_events_document.py."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from leadflow.adapters.strict_yaml import read_yaml
from leadflow.domain.crm_event import Crm, CrmMapping
from leadflow.domain.crm_events_document import crm_mappings_from
from leadflow.domain.errors import CrmEventsError

__all__ = ["load_crm_mappings"]


def load_crm_mappings(path: Path, *, fields: Collection[str]) -> dict[Crm, CrmMapping]:
    """Read the mappings; raise CrmEventsError with every problem and its line."""
    document = read_yaml(path, refuse=CrmEventsError)
    try:
        return crm_mappings_from(document.content, fields=fields)
    except CrmEventsError as refusal:
        raise CrmEventsError(document.located(refusal.problems)) from None
