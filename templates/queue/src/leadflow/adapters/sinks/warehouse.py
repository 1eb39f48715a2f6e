"""A data warehouse: the mapped fields of each lead in one table, one row a lead, newest wins.

DuckDB in the project's folder unless told otherwise; any other engine of dlt that can merge. Rows
are loaded in batches with a rest between two loads, because a load costs the same for one row as
for many; a batch that is handed over twice changes nothing the second time.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import Any, Protocol

from leadflow.adapters.sinks.one_thread import OneThread
from leadflow.adapters.sinks.own_folder import own_folder
from leadflow.adapters.sinks.separating import separate
from leadflow.domain.delivery import Delivery, Outcome, OutcomeKind
from leadflow.domain.mapping import fill
from leadflow.domain.warehouse_options import EVENT_COLUMN, KEY_COLUMN

__all__ = ["DUCKDB_FILE", "Table", "Warehouse", "open_table"]

# DuckDB names a database after its file, and takes a dataset of that name for the database.
DUCKDB_FILE = "leadflow-warehouse.duckdb"
LARGEST_INTEGER = 2**63 - 1
Row = Mapping[str, object]


class Table(Protocol):
    """Where the rows are."""

    def merge(self, rows: Sequence[Row]) -> Outcome:
        """Write the rows by lead_id, all or none. Blocks; never raises for the table's faults."""


class Warehouse:
    """Loads batches, one at a time, in a thread of its own."""

    def __init__(
        self,
        open_table: Callable[[], AbstractContextManager[Table]],
        *,
        columns: Mapping[str, object],
        batch_size: int,
        every_seconds: float,
        timeout_seconds: float,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.batch_size = batch_size
        self._open_table, self._columns = open_table, columns
        self._every_seconds, self._timeout_seconds = every_seconds, timeout_seconds
        self._monotonic, self._sleep = monotonic, sleep
        self._thread = OneThread("warehouse")
        self._opened = ExitStack()
        self._table: Table | None = None
        self._next_load_at = 0.0

    async def deliver(self, batch: Sequence[Delivery]) -> Sequence[Outcome]:
        """Load the batch; a load that takes too long goes on, and is asked for once more."""
        await self._sleep(max(0.0, self._next_load_at - self._monotonic()))
        self._next_load_at = self._monotonic() + self._every_seconds
        rows = [self._row(delivery) for delivery in sorted(batch, key=attrgetter("event_id"))]
        newest = list({str(row[KEY_COLUMN]): row for row in rows}.values())
        try:
            async with asyncio.timeout(self._timeout_seconds):
                outcomes = await self._thread.run(partial(self._load, newest))
        except TimeoutError:
            late = f"the warehouse took longer than {self._timeout_seconds:g} s"
            return [Outcome(OutcomeKind.TRANSIENT, late)] * len(batch)
        return [outcomes[delivery.lead_id] for delivery in batch]

    async def aclose(self) -> None:
        """Leave the folder empty. A load that still runs is left behind: nobody was told of it."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._timeout_seconds):
                await self._thread.run(self._opened.close)
        self._thread.close()

    def _load(self, rows: Sequence[Row]) -> dict[str, Outcome]:
        if self._table is None:
            try:
                self._table = self._opened.enter_context(self._open_table())
            except Exception as fault:  # noqa: BLE001 - a driver that is missing, a wrong engine
                name = f"the warehouse cannot be opened: {type(fault).__name__}"
                return {str(row[KEY_COLUMN]): Outcome(OutcomeKind.HELD, name) for row in rows}
        ends_at = self._monotonic() + self._timeout_seconds / 2
        outcomes = separate(rows, self._table.merge, has_time=lambda: self._monotonic() < ends_at)
        return {str(row[KEY_COLUMN]): outcome for row, outcome in zip(rows, outcomes, strict=True)}

    def _row(self, delivery: Delivery) -> Row:
        told = {
            name: _stored(value) for name, value in fill(self._columns, delivery.fields).items()
        }
        return {**told, KEY_COLUMN: delivery.lead_id, EVENT_COLUMN: delivery.event_id}


@contextmanager
def open_table(*, folder: Path, **options: Any) -> Iterator[Table]:
    """Import dlt, which takes a second, and connect; the first load pays for both."""
    from leadflow.adapters.sinks.warehouse_table import WarehouseTable  # noqa: PLC0415

    if options["engine"] == "duckdb" and not options["credentials"]:
        options["credentials"] = str(folder.resolve() / DUCKDB_FILE)
    with own_folder(folder) as own:
        yield WarehouseTable(own.resolve(), **options)


def _stored(value: object) -> object:
    """Give an integer that is too large for any column as the number that comes nearest."""
    if not isinstance(value, int) or isinstance(value, bool):
        return value
    return value if abs(value) <= LARGEST_INTEGER else float(value)
