"""A warehouse in a DuckDB file: filled by the sink, read without it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from leadflow.adapters.sinks.warehouse import DUCKDB_FILE, Warehouse, open_table
from leadflow.domain.delivery import Delivery, Outcome

__all__ = ["COLUMNS", "deliver_once", "rows_in", "sql", "warehouse_in"]

COLUMNS = {"email": "work_email", "score": "icp_score"}
OPTIONS = {
    "engine": "duckdb",
    "credentials": "",
    "settings": {},
    "dataset": "leads",
    "table": "enrichment",
}


def warehouse_in(
    folder: Path, *, columns: Mapping[str, object] = COLUMNS, timeout: float = 60, **changed: object
) -> Warehouse:
    """Build the sink as it is built for a destination, impatient and without rests."""
    return Warehouse(
        partial(open_table, folder=folder, **{**OPTIONS, **changed}),
        columns=columns,
        batch_size=1_000,
        every_seconds=0,
        timeout_seconds=timeout,
    )


async def deliver_once(warehouse: Warehouse, *batches: Sequence[Delivery]) -> list[Outcome]:
    """Deliver the batches one after the other, and close."""
    try:
        return [outcome for batch in batches for outcome in await warehouse.deliver(batch)]
    finally:
        await warehouse.aclose()


def sql(folder: Path, statement: str) -> list[tuple[Any, ...]]:
    """Ask the file itself."""
    with duckdb.connect(str(folder / DUCKDB_FILE)) as connection:
        return connection.execute(statement).fetchall()


def rows_in(folder: Path, columns: str = "lead_id, event_id, email, score") -> list[Any]:
    return sql(folder, f"SELECT {columns} FROM leads.enrichment ORDER BY lead_id")  # noqa: S608
