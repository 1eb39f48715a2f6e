"""The endpoints under /_sandbox: look at what happened, make trouble, begin anew."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from starlette.responses import Response
from starlette.routing import Route

from .csv_export import export_csv, import_csv
from .faults import Fault, parse_fault
from .table import Row
from .view import row_view, state_view

if TYPE_CHECKING:
    from starlette.requests import Request

    from .runner import Runner
    from .world import World

__all__ = ["control_routes"]


def control_routes(world: World, runner: Runner) -> list[Route]:
    control = _Control(world, runner)
    paths = [
        ("state", control.state, "GET"),
        ("rows", control.rows, "GET"),
        ("rows", control.delete_rows, "DELETE"),
        ("arrivals", control.arrivals, "GET"),
        ("callbacks", control.callbacks, "GET"),
        ("crm", control.crm, "GET"),
        ("export.csv", control.export, "GET"),
        ("import.csv", control.import_, "POST"),
        ("faults", control.arm, "POST"),
        ("rerun", control.rerun, "POST"),
        ("idle", control.idle, "GET"),
        ("reset", control.reset, "POST"),
    ]
    return [Route(f"/{name}", call, methods=[method]) for name, call, method in paths]


class _Control:
    def __init__(self, world: World, runner: Runner) -> None:
        self._world = world
        self._runner = runner

    async def state(self, _request: Request) -> Response:
        return _json(state_view(self._world, is_idle=self._runner.is_idle))

    async def rows(self, _request: Request) -> Response:
        return _json([row_view(row) for row in self._world.table.rows])

    async def delete_rows(self, _request: Request) -> Response:
        for row in self._world.table.rows:
            self._world.table.delete(row)
        return Response(status_code=204)

    async def arrivals(self, _request: Request) -> Response:
        return _json([asdict(arrival) for arrival in self._world.arrivals.all])

    async def callbacks(self, _request: Request) -> Response:
        return _json([asdict(attempt) for attempt in self._world.callbacks.attempts])

    async def crm(self, _request: Request) -> Response:
        return _json(self._world.crm_records)

    async def export(self, _request: Request) -> Response:
        text = export_csv(self._world.table, self._runner.column_names())
        return Response(text.encode(errors="replace"), media_type="text/csv; charset=utf-8")

    async def import_(self, request: Request) -> Response:
        """A file through Clay's CSV importer, which stops silently when the table is full."""
        text = (await request.body()).decode()
        now = time.monotonic()
        made = [self._world.insert_by_hand(line, now=now) for line in import_csv(text)]
        rows = [row for row in made if isinstance(row, Row)]
        for row in rows:
            self._runner.start(row)
        return _json({"lines": len(made), "rows": len(rows)})

    async def arm(self, request: Request) -> Response:
        """Put a JSON list of faults in force, in place of all others."""
        try:
            faults = tuple(_read_fault(item) for item in json.loads(await request.body()))
        except (TypeError, ValueError) as error:
            return _json({"error": str(error)}, 400)
        self._world.arm(faults)
        return _json(self._world.faults.left())

    async def rerun(self, request: Request) -> Response:
        """Run a row again: `{"row": 1, "column": "work_email"}`, or without column all of it."""
        asked = json.loads(await request.body())
        row = self._world.table.row(asked["row"])
        if row is None:
            return _json({"error": f"there is no row {asked['row']}"}, 404)
        self._runner.rerun(row, asked.get("column"))
        return Response(status_code=202)

    async def idle(self, request: Request) -> Response:
        """Answer when no row is in work, or after `?seconds=`."""
        seconds = float(request.query_params.get("seconds", "10"))
        is_idle = await self._runner.wait_until_idle(seconds)
        return _json({"is_idle": is_idle}, 200 if is_idle else 504)

    async def reset(self, _request: Request) -> Response:
        await self._runner.stop()
        self._world.reset()
        return Response(status_code=204)


def _json(value: Any, status: int = 200) -> Response:
    """ASCII, so that a value no encoding can hold, such as half an emoji, still travels."""
    return Response(json.dumps(value), status, media_type="application/json")


def _read_fault(item: Any) -> Fault:
    return parse_fault(item) if isinstance(item, str) else Fault(**item)
