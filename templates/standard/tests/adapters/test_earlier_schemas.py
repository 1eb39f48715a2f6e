"""A ledger of an earlier schema goes forward by itself when it is opened, with all its rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.full_store import ROWS
from harness.stores import Store
from leadflow.adapters.schema_files import latest_version, schema_files
from leadflow.adapters.store_tables import store_tables
from leadflow.domain.errors import LedgerMismatch

CHANGED_AT_ONCE = {"outbox", "gate_epoch"}  # by a variant that finds leads waiting


def earlier(folder: Path, version: int) -> Path:
    """The schema as it was at this version."""
    folder.mkdir()
    for number, text in schema_files().items():
        if number <= version:
            (folder / f"{number:04}_.sql").write_text(text)
    return folder


@pytest.mark.parametrize("version", range(1, latest_version()))
def test_every_row_of_an_earlier_ledger_is_there_afterwards(
    store: Store, tmp_path: Path, version: int
) -> None:
    schema = earlier(tmp_path / "schema", version)
    tables = store_tables(schema)
    with store.open(schema=schema, for_copy=True) as database, database.transaction():
        for table in tables:
            database.execute(f"DELETE FROM {table.name}")  # noqa: S608 - a name of ours
            database.execute_many(table.insert, ROWS[table.name])

    with pytest.raises(LedgerMismatch, match="takes it forward"):
        store.open_to_read().__enter__()
    with store.open() as database:
        for table in tables:
            if table.name not in CHANGED_AT_ONCE:
                assert database.execute(table.select).fetchall() == ROWS[table.name]
