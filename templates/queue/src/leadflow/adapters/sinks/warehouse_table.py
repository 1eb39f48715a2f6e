"""One table of a warehouse, kept by dlt: rows merged by lead_id, columns added as they come.

Blocking, and slow to import, because dlt is: only the thread of sinks/warehouse.py comes here.
A column keeps the type of its first value; what does not fit goes into a column beside it, named
after its type (`size__v_text`). Nested values are stored as JSON.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import dlt
from dlt.common.destination import Destination
from dlt.destinations.exceptions import DatabaseUndefinedRelation

from leadflow.adapters.sinks.dlt_context import confine_dlt
from leadflow.adapters.sinks.http_answers import DELIVERED
from leadflow.adapters.sinks.warehouse_faults import outcome_of
from leadflow.domain.delivery import Outcome, OutcomeKind
from leadflow.domain.warehouse_options import EVENT_COLUMN, KEY_COLUMN

__all__ = ["WarehouseTable"]

Row = Mapping[str, object]
COLUMNS: Any = {
    KEY_COLUMN: {"data_type": "text", "nullable": False},
    EVENT_COLUMN: {"data_type": "bigint", "nullable": False},
}
MERGING = "delete-insert"  # what dlt does unless told otherwise; elsewhere it would append
SCHEMA = "leadflow"
STORED = "SELECT lead_id, event_id FROM {table} WHERE lead_id IN ({marks})"
NO_MERGE = Outcome(OutcomeKind.HELD, "this engine cannot merge: rows would double; use another")


class WarehouseTable:
    """Merges rows. Every fault of the warehouse comes back as an outcome, without its text."""

    def __init__(
        self,
        folder: Path,
        *,
        engine: str,
        credentials: str | Mapping[str, object],
        settings: Mapping[str, object],
        dataset: str,
        table: str,
    ) -> None:
        confine_dlt(folder)
        self._table = table
        told: dict[str, Any] = {**settings, **({"credentials": credentials} if credentials else {})}
        place: Any = Destination.from_reference(engine, **told)
        self._can_merge = MERGING in (place.capabilities().supported_merge_strategies or ())
        self._opening = partial(
            dlt.pipeline,
            f"leadflow_{table}",  # dlt keeps the name in the warehouse: it must never change
            pipelines_dir=str(folder),
            destination=place,
            dataset_name=dataset,
        )
        self._pipeline: dlt.Pipeline | None = None

    def merge(self, rows: Sequence[Row]) -> Outcome:
        """Write the rows, all or none; a row that is older than what is there stays unwritten."""
        if not self._can_merge:
            return NO_MERGE
        try:
            pipeline = self._pipeline = self._pipeline or self._open()
            if fresh := self._fresh(rows, pipeline):
                pipeline.run(self._resource(fresh), schema=_schema())
        except Exception as fault:  # noqa: BLE001 - drivers raise what they like
            self._pipeline = None  # what it left behind is delivered again
            return outcome_of(fault)
        return DELIVERED

    def _open(self) -> dlt.Pipeline:
        """Begin with an empty folder, and with the columns that the warehouse has by now."""
        pipeline: dlt.Pipeline = self._opening().drop()
        pipeline.sync_destination()
        return pipeline

    def _resource(self, rows: Sequence[Row]) -> Any:
        return dlt.resource(
            list(rows),
            name=self._table,
            primary_key=KEY_COLUMN,
            write_disposition="merge",
            columns=COLUMNS,
            max_table_nesting=0,
        )

    def _fresh(self, rows: Sequence[Row], pipeline: dlt.Pipeline) -> list[Row]:
        stored = self._stored([str(row[KEY_COLUMN]) for row in rows], pipeline)
        return [
            row for row in rows if int(str(row[EVENT_COLUMN])) >= stored.get(row[KEY_COLUMN], 0)
        ]

    def _stored(self, lead_ids: Sequence[str], pipeline: dlt.Pipeline) -> dict[object, int]:
        """Read which event of each lead the warehouse has; nothing while there is no table."""
        if SCHEMA not in pipeline.schemas:
            return {}
        with pipeline.sql_client(SCHEMA) as client:
            table = client.make_qualified_table_name(self._table)
            query = STORED.format(table=table, marks=", ".join(["%s"] * len(lead_ids)))
            try:
                found = client.execute_sql(query, *lead_ids) or []
            except DatabaseUndefinedRelation:
                return {}
        return {lead_id: int(event_id) for lead_id, event_id in found}


def _schema() -> dlt.Schema:
    """Make one in which a text stays a text, whatever it looks like."""
    schema = dlt.Schema(SCHEMA)
    for detection in list(schema.settings.get("detections") or []):
        schema.remove_type_detection(detection)
    return schema
