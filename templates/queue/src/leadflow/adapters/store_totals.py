"""What a table holds, in one number to compare; and which of its rows a store will not take."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from leadflow.adapters.store_tables import Table
from leadflow.use_cases.copy_store import Told, Total

__all__ = ["Row", "culprit", "total"]

Row = tuple[Any, ...]


def total(table: Table, chunks: Iterable[list[Row]], told: Told) -> Total:
    digest, count = hashlib.blake2b(digest_size=16), 0
    for chunk in chunks:
        for row in chunk:
            digest.update(repr(row).encode("utf-8", "surrogatepass"))
        count += len(chunk)
        told(table.name, count)
    return Total(table.name, count, digest.hexdigest())


def culprit(table: Table, chunk: Iterable[Row]) -> str:
    """Name the row by its key: what else is in it may be personal."""
    for row in chunk:
        if any(isinstance(value, str) and "\0" in value for value in row):
            fields = dict(zip(table.columns, row, strict=True))
            key = ", ".join(f"{column} {fields[column]!r}" for column in table.key)
            return f"the NUL character in table {table.name}, {key}"
    return f"a value in table {table.name}"
