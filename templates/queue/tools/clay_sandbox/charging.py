"""Whether a cell runs, what the run costs, and what an enriched cell then holds. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .body_template import chips_in, is_blank
from .run_condition import holds
from .table import Cell, CellStatus, Row

if TYPE_CHECKING:
    from .enrichment import Draw, EnrichmentColumn
    from .http_api_column import HttpApiColumn
    from .meters import Meters

__all__ = ["OUT_OF_CREDITS", "enriched_cell", "reason_to_skip"]

OUT_OF_CREDITS = Cell(CellStatus.ERROR, note="ERROR_OUT_OF_CREDITS")


def enriched_cell(
    column: EnrichmentColumn, found: Draw, *, meters: Meters, charge_no_result: bool
) -> Cell:
    """Pay for the enrichment and take what it found."""
    if not meters.spend(data_credits=column.credits, actions=column.actions):
        return OUT_OF_CREDITS
    if found.value is not None:
        return Cell(CellStatus.DONE, found.value)
    if not charge_no_result:
        meters.give_back(column.credits)
    return Cell(CellStatus.NO_RESULT)


def reason_to_skip(column: HttpApiColumn, row: Row) -> str | None:
    """Why the HTTP API column does not call for this row; None when it does."""
    values = row.all_values()
    if column.run_condition is not None and not holds(column.run_condition, values):
        return "Run condition not met"
    if any(is_blank(values.get(name)) for name in column.required):
        return "Some inputs missing"
    inputs = [row.cells.get(name) for name in chips_in(column.url + column.body)]
    failed = [cell.note for cell in inputs if cell and cell.status is CellStatus.ERROR]
    return failed[0] if failed else None
