"""Clay's CSV import and export of the table. Pure: text in, text out."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

from .table import CellStatus, Row, Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["export_csv", "import_csv"]


def export_csv(table: Table, enriched: Sequence[str]) -> str:
    """The rows still in the table: original columns, then the enriched ones."""
    columns = [*table.columns(), *enriched]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    for row in table.rows:
        if not row.is_deleted:
            writer.writerow([_field(row, column) for column in columns])
    return text.getvalue()


def import_csv(text: str) -> Iterator[dict[str, str]]:
    """The lines of a file as Clay's importer reads them: the header names the columns."""
    for line in csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")):
        yield {column: value or "" for column, value in line.items() if column}


def _field(row: Row, column: str) -> str:
    cell = row.cells.get(column)
    if cell is not None and cell.status is CellStatus.ERROR:
        return cell.note
    value = cell.value if cell is not None else row.values.get(column)
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
