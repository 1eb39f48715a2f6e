"""The numbered files that make the ledger, each taking it forward by one version."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable

__all__ = ["SCHEMA", "latest_version", "schema_files"]

SCHEMA = files("leadflow.adapters").joinpath("schema")


def schema_files(folder: Traversable = SCHEMA) -> dict[int, str]:
    """Give the text of each file by its number, in their order."""
    found = {
        int(file.name.partition("_")[0]): file.read_text(encoding="utf-8")
        for file in folder.iterdir()
        if file.name.endswith(".sql")
    }
    return dict(sorted(found.items()))


def latest_version(folder: Traversable = SCHEMA) -> int:
    return max(schema_files(folder))
