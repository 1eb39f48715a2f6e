"""Where leads come from, and the name of the queue that all of them join."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["QUEUE", "Source"]

QUEUE = "clay-enrichment"


class Source(StrEnum):
    """What brought a lead; its jobs carry this name."""

    WEB_FORM = "web-form"
    CRM_EVENT = "crm-event"
    CSV_IMPORT = "csv-import"
