"""The two data files of this package, as values: clay_limits.toml and leads.toml."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Any

from leadflow.domain.limits import ClayLimits

__all__ = ["load_clay_limits", "load_lead_table"]


def load_clay_limits() -> ClayLimits:
    """Read Clay's limits; source, date and grade of each stand in the file."""
    value = {name: entry["value"] for name, entry in _load("clay_limits.toml").items()}
    return ClayLimits(
        webhook_life=value["webhook_submissions_for_life"],
        webhook_warnings=tuple(value["webhook_warnings"]),
        body_bytes=value["webhook_body_bytes"],
        requests_per_second=value["webhook_requests_per_second"],
        webhook_plans=frozenset(value["webhook_plans"]),
        rows_per_table=value["rows_per_table"],
    )


def load_lead_table() -> dict[str, Any]:
    """Read the names of columns, the providers of personal mail and the export's column types."""
    return _load("leads.toml")


def _load(name: str) -> dict[str, Any]:
    return tomllib.loads(files("leadflow").joinpath(name).read_text(encoding="utf-8"))
