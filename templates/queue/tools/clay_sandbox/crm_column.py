"""Clay's native CRM action: writes each finished row to a CRM. Here the CRM only remembers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .limits import LIMITS

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CrmColumn"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CrmColumn:
    """`fields` maps the CRM's field to the table's column; empty means every column as it is."""

    name: str = "crm"
    fields: Mapping[str, str] | None = None
    actions: int = LIMITS.callback_actions

    def record(self, values: Mapping[str, object]) -> dict[str, object]:
        """What the CRM receives for a row with these values."""
        if self.fields is None:
            return dict(values)
        return {field: values.get(column) for field, column in self.fields.items()}
