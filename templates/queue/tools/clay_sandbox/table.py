"""The Clay table: rows, cells, auto-dedupe, the row limit, deletion. Pure: time is an argument.

A cell:  queued -> done | no result | skipped | error; a re-run replaces it when it is over.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from .limits import LIMITS

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Cell", "CellStatus", "Insertion", "Row", "Table"]


class CellStatus(StrEnum):
    QUEUED = "queued"
    DONE = "done"
    NO_RESULT = "no result"
    SKIPPED = "skipped"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of an enriching column. `note` is the error or the reason of a skip."""

    status: CellStatus
    value: object = None
    note: str = ""


@dataclass(slots=True)
class Row:
    """`webhook` is the number of the source it came by, None for the CSV importer."""

    number: int
    webhook: int | None
    arrived_at: float
    values: dict[str, object]
    cells: dict[str, Cell] = field(default_factory=dict)
    is_deleted: bool = False

    def all_values(self) -> dict[str, object]:
        """Every column's value so far, the enriched ones included: what a chip is filled from."""
        ran = {n: cell for n, cell in self.cells.items() if cell.status is not CellStatus.QUEUED}
        return {**self.values, **{name: cell.value for name, cell in ran.items()}}


class Insertion(StrEnum):
    """Why an insertion made no row."""

    DUPLICATE = "duplicate"
    TABLE_FULL = "table full"


class Table:
    """`rows` keeps every row ever made, deleted ones too: it is what tests compare against."""

    def __init__(
        self, *, rows_allowed: int, dedupe_column: str | None, dedupe_blind_seconds: float
    ) -> None:
        self._rows_allowed = rows_allowed
        self._dedupe_column = dedupe_column
        self._dedupe_blind_seconds = dedupe_blind_seconds
        self._first_seen: dict[str, float] = {}
        self.rows: list[Row] = []
        self.rows_in_table = 0
        self.duplicates = 0
        self.turned_away = 0

    def insert(
        self,
        values: Mapping[str, object],
        *,
        webhook: int | None,
        now: float,
        is_full: bool = False,
    ) -> Row | Insertion:
        """Insert a row, or say why there is none."""
        if is_full or self.rows_in_table >= self._rows_allowed:
            self.turned_away += 1
            return Insertion.TABLE_FULL
        if self._is_duplicate(values, now):
            self.duplicates += 1
            return Insertion.DUPLICATE
        row = Row(len(self.rows) + 1, webhook, now, dict(values))
        self.rows.append(row)
        self.rows_in_table += 1
        return row

    def row(self, number: int) -> Row | None:
        return self.rows[number - 1] if 1 <= number <= len(self.rows) else None

    def delete(self, row: Row) -> None:
        if not row.is_deleted:
            row.is_deleted = True
            self.rows_in_table -= 1

    def columns(self) -> list[str]:
        """The original columns in order of their first appearance."""
        return list(dict.fromkeys(name for row in self.rows for name in row.values))

    def _is_duplicate(self, values: Mapping[str, object], now: float) -> bool:
        value = values.get(self._dedupe_column) if self._dedupe_column else None
        if not isinstance(value, str) or not 0 < len(value) <= LIMITS.dedupe_characters:
            return False
        return now - self._first_seen.setdefault(value, now) > self._dedupe_blind_seconds
