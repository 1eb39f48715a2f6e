"""Calls the handler: renders the request, sends it, tries again, keeps the answer.

The only module that opens connections of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx2

from .body_template import render_body, render_text
from .callback_log import Attempt
from .charging import OUT_OF_CREDITS, reason_to_skip
from .faults import FaultKind
from .rate import Pace
from .table import Cell, CellStatus, Row

if TYPE_CHECKING:
    from .http_api_column import HttpApiColumn
    from .world import World

__all__ = ["Callback"]


class Callback:
    def __init__(self, world: World, column: HttpApiColumn, client: httpx2.AsyncClient) -> None:
        self._world = world
        self._column = column
        self._client = client
        self._pace = Pace(column.requests_per_second)
        self._overtaken = asyncio.Event()

    async def run(self, row: Row) -> None:
        """Fill the row's cell: with the handler's answer, an error, or the reason of a skip."""
        how, cell = await self._run(row)
        row.cells[self._column.name] = cell
        self._world.callbacks.runs[how] += 1

    async def _run(self, row: Row) -> tuple[str, Cell]:
        reason = reason_to_skip(self._column, row)
        if reason is not None:
            return "skipped", Cell(CellStatus.SKIPPED, note=reason)
        if not self._world.meters.spend(data_credits=0, actions=self._column.actions):
            return "failed", OUT_OF_CREDITS
        if self._world.faults.take(FaultKind.DROP_CALLBACK):
            return "dropped", Cell(CellStatus.SKIPPED, note="fault drop_callback")
        body = self._body(row)
        if self._world.config.switches.unparseable_body == "cell-error" and not _is_json(body):
            return "failed", Cell(CellStatus.ERROR, note="Body parse error")
        await self._wait_for_turn()
        cell = await self._send(row, body)
        if self._world.faults.take(FaultKind.DUPLICATE_CALLBACK):
            cell = await self._send(row, body)
        return ("done" if cell.status is CellStatus.DONE else "failed"), cell

    def _body(self, row: Row) -> str:
        is_spliced = self._world.faults.take(FaultKind.UNESCAPED_QUOTES) is not None
        return render_body(
            self._column.body,
            row.all_values(),
            escape_quotes=self._world.config.switches.escape_quotes and not is_spliced,
            remove_empty_values=self._column.remove_empty_values,
        )

    async def _wait_for_turn(self) -> None:
        late = self._world.faults.take(FaultKind.DELAY_CALLBACK)
        reordered = self._world.faults.take(FaultKind.REORDER_CALLBACK)
        if late is not None:
            await asyncio.sleep(late.seconds)
        if reordered is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(reordered.seconds):
                    await self._overtaken.wait()
        await asyncio.sleep(self._pace.reserve(time.monotonic()))

    async def _send(self, row: Row, body: str) -> Cell:
        """Try, and try again at once for each outcome on the retry list."""
        cell = Cell(CellStatus.ERROR)
        for attempt in range(1, self._column.retries + 2):
            outcome, cell = await self._attempt(row, body, attempt)
            if not self._column.tries_again_after(outcome):
                break
        self._overtaken.set()
        self._overtaken = asyncio.Event()
        return cell

    async def _attempt(self, row: Row, body: str, attempt: int) -> tuple[str, Cell]:
        url = render_text(self._column.url, row.all_values())
        started_at = time.monotonic()
        if self._world.webhook_at(urlsplit(url).path):
            self._world.callbacks.looped += 1
        try:
            answer = await self._request(url, body)
            outcome, cell = str(answer.status_code), _cell_of(answer)
        except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError) as error:
            outcome = _name_of(error)
            cell = Cell(CellStatus.ERROR, note=outcome)
        self._world.callbacks.attempts.append(
            Attempt(row.number, attempt, started_at, url, outcome)
        )
        return outcome, cell

    async def _request(self, url: str, body: str) -> httpx2.Response:
        switches = self._world.config.switches
        seconds = self._column.timeout_seconds or switches.callback_timeout_seconds
        headers = {
            "Content-Type": "application/json",
            "User-Agent": switches.user_agent,
            **self._column.headers,
        }
        async with asyncio.timeout(seconds):
            return await self._client.request(
                self._column.method, url, content=body.encode(errors="replace"), headers=headers
            )


def _cell_of(answer: httpx2.Response) -> Cell:
    if not answer.is_success:
        return Cell(CellStatus.ERROR, note=str(answer.status_code))
    try:
        return Cell(CellStatus.DONE, answer.json())
    except ValueError:
        return Cell(CellStatus.DONE, answer.text)


def _name_of(error: Exception) -> str:
    if isinstance(error, httpx2.ConnectError):
        return "ECONNREFUSED"
    if isinstance(error, httpx2.NetworkError | httpx2.RemoteProtocolError):
        return "ECONNRESET"
    if isinstance(error, TimeoutError | httpx2.TimeoutException):
        return "ETIMEDOUT"
    return "EINVAL"


def _is_json(body: str) -> bool:
    try:
        json.loads(body)
    except ValueError:
        return False
    return True
