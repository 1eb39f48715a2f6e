"""Fills the cells of each new row: enrichments, then the CRM action, then the callback.

Waiting and concurrency live here. Everything runs on one event loop, so nothing needs a lock.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Self

import httpx2

from .callback import Callback
from .charging import OUT_OF_CREDITS, enriched_cell
from .enrichment import Draw, EnrichmentColumn, draw_row
from .faults import FaultKind
from .table import Cell, CellStatus, Row

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from types import TracebackType

    from .world import World

__all__ = ["Runner"]

_log = logging.getLogger(__name__)

_CONNECTIONS = httpx2.Limits(max_connections=1000)  # a callback must not wait for a connection


class Runner:
    def __init__(self, world: World) -> None:
        self._world = world
        self._tasks: set[asyncio.Task[None]] = set()
        self._callback: Callback | None = None
        self._last_called = _already_set()

    async def __aenter__(self) -> Self:
        self._client = httpx2.AsyncClient(timeout=None, trust_env=False, limits=_CONNECTIONS)
        column = self._world.config.callback
        if column is not None:
            self._callback = Callback(self._world, column, self._client)
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        await self.stop()
        await self._client.aclose()

    async def stop(self) -> None:
        """Give up every row in work."""
        tasks = set(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    @property
    def is_idle(self) -> bool:
        return not self._tasks

    async def wait_until_idle(self, seconds: float) -> bool:
        """Wait until no row is in work; False when that takes longer than `seconds`."""
        try:
            async with asyncio.timeout(seconds):
                while self._tasks:
                    await asyncio.wait(self._tasks)
        except TimeoutError:
            return False
        return True

    def start(self, row: Row) -> None:
        """Run a new row's columns, unless auto-run is off."""
        row.cells = {name: Cell(CellStatus.QUEUED) for name in self.column_names()}
        if self._world.config.auto_run:
            self._spawn(self._run(row))

    def rerun(self, row: Row, column: str | None) -> None:
        """Run one column of a row again, or all; it costs again."""
        self._spawn(self._run(row, only=column))

    def column_names(self) -> list[str]:
        config = self._world.config
        extra = [column.name for column in (config.crm, config.callback) if column is not None]
        return [column.name for column in config.columns] + extra

    def _spawn(self, run: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(run)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            _log.error("a row's run failed", exc_info=error)

    async def _run(self, row: Row, only: str | None = None) -> None:
        before, self._last_called = self._last_called, asyncio.Event()
        called = self._last_called
        try:
            await self._enrich(row, only)
            self._write_to_crm(row, only)
            if self._world.config.switches.callback_order == "as-arrived":
                await before.wait()
            await self._call_back(row, only)
        finally:
            called.set()
        if self._world.config.auto_delete:
            self._world.table.delete(row)

    async def _enrich(self, row: Row, only: str | None) -> None:
        """All columns start at once, so each is done when its own time is over."""
        config = self._world.config
        columns = [column for column in config.columns if only in (None, column.name)]
        elapsed = 0.0
        for column, found in draw_row(columns, row.values, seed=config.seed):
            done_at = found.latency_share * config.switches.enrichment_seconds
            if done_at > elapsed:
                await asyncio.sleep(done_at - elapsed)
            elapsed = done_at
            row.cells[column.name] = self._fill(column, found)

    def _fill(self, column: EnrichmentColumn, found: Draw) -> Cell:
        if column.credits and self._world.faults.take(FaultKind.OUT_OF_CREDITS):
            return OUT_OF_CREDITS
        return enriched_cell(
            column,
            found,
            meters=self._world.meters,
            charge_no_result=self._world.config.switches.charge_no_result,
        )

    def _write_to_crm(self, row: Row, only: str | None) -> None:
        crm = self._world.config.crm
        if crm is None or only not in (None, crm.name):
            return
        if not self._world.meters.spend(data_credits=0, actions=crm.actions):
            row.cells[crm.name] = OUT_OF_CREDITS
            return
        self._world.crm_records.append(crm.record(row.all_values()))
        row.cells[crm.name] = Cell(CellStatus.DONE, "written")

    async def _call_back(self, row: Row, only: str | None) -> None:
        column = self._world.config.callback
        if column is None or self._callback is None or only not in (None, column.name):
            return
        cell = row.cells.get(column.name)
        if column.keep_existing_results and cell and cell.status is CellStatus.DONE:
            return
        await self._callback.run(row)


def _already_set() -> asyncio.Event:
    event = asyncio.Event()
    event.set()
    return event
