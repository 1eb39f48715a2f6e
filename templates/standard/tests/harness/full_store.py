"""A store with rows in every table, and in them what is hard to carry from one store to another.

As a plugin of pytest this module brings `pair`: two places for a store, of every two kinds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from harness.postgres import fresh_postgres
from harness.stores import Store
from leadflow.adapters.database import Database
from leadflow.adapters.store_tables import store_tables

__all__ = ["Pair", "fill", "pair", "rows_of"]

WIDE = "Ž\U0001f600漢 \u202e'\"\\\n\t%s ? {} --"
LONG = "ä" * 700_000
MOST, LEAST = 2**63 - 1, -(2**63)
EVERY_BYTE = bytes(range(256))
# The columns are those of the schema, in its order; the rows are in that of their keys.
ROWS: dict[str, Sequence[tuple[Any, ...]]] = {
    "intake": [(1, WIDE, 1_795_000_000.123456, 2, 0, MOST, LEAST), (7, "", 5e-324, 0, 0, 0, 0)],
    "webhook": [("v", "", 0, None), ("w" * 64, "abcd", 49_999, 1.5)],
    "pace": [(1, 1_795_000_000.5, 0.0)],
    "export": [(3, '["/a b/c.csv"]', 50_000, None)],
    "lead": [
        (1, "lead-a", "sent", LONG, 1, 2, "v", 1, 0, None, "", 1.5),
        (2, "lead-b", "waiting", WIDE, 1, 3, None, 0, 0, None, WIDE, None),
        (41, "lead-c", "unknown", "{}", 7, 4, "v", MOST, 1, 3, "", None),
    ],
    "enrichment": [("lead-a", WIDE, 2.5)],
    "inbox": [(9, 1, 1_795_000_000, EVERY_BYTE, LONG, 3.5, "routed", "")],
    "newest": [(1, 9, 1_795_000_000)],
    "delivery": [
        (5, 1, "crm", 9, 9, "delivered", 1, None, 0, "", 4.5, 5.5),
        (6, 1, "outreach", 0, 9, "unknown", 2, 6.5, 1, WIDE, 4.5, 5.5),
    ],
    "quarantine": [(2, b"", b"\0" * 70_000, WIDE, 3, 1.5, 2.5)],
    "budget": [("2026-11", MOST, 0), ("2026-11-23", 12_000, 8)],
    "reservation": [(4, "lead-a", "2026-11-23", 6_000, 4, "committed")],
    "lead_source": [(2, "csv-import", 1.5, 2.5, 3)],
    "outbox": [(11, "lead-b", "csv-import", 1, 0, 1.5, 2.5)],
    "crm_event": [(EVERY_BYTE[::-1], 1.7e308)],
    "gate_epoch": [(1, "e" * 32, 1.5)],
    "dead_job": [("lead-c", "web-form", WIDE, 3, 1.5, 2.5, "dead")],
}


@dataclass(frozen=True, slots=True)
class Pair:
    """Where rows come from, and where they go."""

    source: Store
    target: Store


@pytest.fixture(params=["sqlite-postgres", "postgres-sqlite", "sqlite-sqlite", "postgres-postgres"])
def pair(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Pair]:
    kinds = request.param.split("-")
    with fresh_postgres(request.config) as one, fresh_postgres(request.config) as other:
        servers = [Store("postgres", one), Store("postgres", other)]
        files = [Store("sqlite", f"sqlite:///{tmp_path / name}") for name in ("a.db", "b.db")]
        places = {"sqlite": files, "postgres": servers}
        yield Pair(places[kinds[0]][0], places[kinds[1]][1])


def fill(database: Database) -> None:
    """Put the rows in; what the store has from the beginning gives way."""
    for table in store_tables():
        database.execute(f"DELETE FROM {table.name}")  # noqa: S608 - a name of ours
        database.execute_many(table.insert, ROWS[table.name])


def rows_of(store: Store) -> dict[str, list[Any]]:
    """Read every row, as somebody who may read whatever the mark says."""
    with store.open_to_read(for_copy=True) as database:
        return {table.name: list(database.stream(table.select)) for table in store_tables()}
