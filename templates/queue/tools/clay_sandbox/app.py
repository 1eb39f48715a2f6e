"""The ASGI application: the webhook sources, and the control endpoints beside them."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Mount, Route

from .connection import reset_connection
from .control_routes import control_routes
from .faults import FaultKind
from .runner import Runner
from .state_file import keep_saving, restore
from .webhook import Post, Verdict
from .world import World

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from .config import SandboxConfig

__all__ = ["create_app"]

_log = logging.getLogger(__name__)

_SLOW_ANSWER_BYTES = 120  # at one byte a second longer than anyone waits
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def create_app(config: SandboxConfig, *, state_file: Path | None = None) -> Starlette:
    """A local Clay; with a state file, one whose life counts survive a restart."""
    world = World(config)
    runner = Runner(world)
    if state_file is not None:
        restore(world, state_file)

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        saving = keep_saving(world, state_file) if state_file else contextlib.nullcontext()
        async with runner, saving:
            yield

    routes = [
        Mount("/_sandbox", routes=control_routes(world, runner)),
        Route("/{path:path}", _WebhookSources(world, runner).receive, methods=_METHODS),
    ]
    return Starlette(routes=routes, lifespan=lifespan)


class _WebhookSources:
    def __init__(self, world: World, runner: Runner) -> None:
        self._world = world
        self._runner = runner

    async def receive(self, request: Request) -> Response:
        """Record the request and what it is answered, before the answer leaves."""
        arrived_at = time.monotonic()
        try:
            verdict = await self._judge(request)
        except ClientDisconnect:
            verdict = Verdict(None, why="the client hung up")
        self._record(request, verdict, arrived_at)
        for row in verdict.rows:
            self._runner.start(row)
        return await _respond(request, verdict)

    async def _judge(self, request: Request) -> Verdict:
        late = self._world.faults.take(FaultKind.LATENCY)
        if late is not None:
            await asyncio.sleep(late.seconds)
        if self._world.faults.take(FaultKind.RESET_BEFORE_READING):
            return Verdict(None, why="fault reset_before_reading")
        return self._world.submit(await self._read(request), now=time.monotonic())

    async def _read(self, request: Request) -> Post:
        """Read the body to its end, or else a client might lose the answer; keep what fits."""
        body = bytearray()
        size = 0
        async for chunk in request.stream():
            size += len(chunk)
            if size <= self._world.config.body_bytes:
                body += chunk
        return Post(
            path=request.url.path,
            method=request.method,
            content_type=request.headers.get("content-type", ""),
            token=request.headers.get("x-clay-webhook-auth"),
            body=bytes(body) if size <= self._world.config.body_bytes else None,
        )

    def _record(self, request: Request, verdict: Verdict, arrived_at: float) -> None:
        webhook = self._world.webhook_at(request.url.path)
        arrival = self._world.arrivals.record(
            at=arrived_at,
            method=request.method,
            webhook=None if webhook is None else webhook.number,
            answer=None if verdict.answer is None else verdict.answer.status,
            rows=tuple(row.number for row in verdict.rows),
            why=verdict.why,
        )
        _log.info(
            "%s webhook %s: %s, rows %s %s",
            arrival.method,
            arrival.webhook,
            arrival.answer or "cut",
            list(arrival.rows),
            arrival.why,
        )


async def _respond(request: Request, verdict: Verdict) -> Response:
    answer = verdict.answer
    if answer is None:
        await reset_connection(request)
        return Response()  # goes nowhere: the connection is gone
    if verdict.seconds_per_byte is None:
        return Response(
            answer.body, answer.status, headers=answer.headers, media_type=answer.media_type
        )
    body = answer.body.ljust(_SLOW_ANSWER_BYTES).encode()
    return StreamingResponse(
        _trickle(body, verdict.seconds_per_byte),
        status_code=answer.status,
        headers={"Content-Length": str(len(body))},
        media_type=answer.media_type,
    )


async def _trickle(body: bytes, seconds_per_byte: float) -> AsyncIterator[bytes]:
    for byte in body:
        yield bytes((byte,))
        await asyncio.sleep(seconds_per_byte)
