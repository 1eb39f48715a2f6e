"""The server that Clay calls: uvicorn, made safe against slow callers, and drained on a stop.

POST /api/clay/enriched      entrypoints/webhook.py
GET  /healthz /readyz /metrics      entrypoints/health.py
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Protocol

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from leadflow.domain.errors import SettingsError
from leadflow.entrypoints.health import Exposition, Readiness, health_routes
from leadflow.entrypoints.slow_clients import BoundedConnection, cut_late
from leadflow.entrypoints.webhook import CALLBACK_PATH, CallbackEndpoint

__all__ = ["Watch", "create_app", "create_pages", "listen", "serve"]

BACKLOG = 2_048
KEEP_ALIVE_SECONDS = 75  # longer than a proxy keeps an idle connection, so that none is reset
DRAIN_SECONDS = 20
SWEEP_SECONDS = 1.0
PUBLIC = (
    "--host {host} is open to other machines, and this server speaks plain HTTP; "
    "put a proxy with TLS before it and say --behind-proxy"
)


class Watch(Protocol):
    """Who notes what happens to connections."""

    def cut(self, count: int) -> None:
        """So many were cut, because their request was overdue."""


class _Front:
    """Takes callbacks straight to their endpoint; they are nearly all that comes."""

    def __init__(
        self, callbacks: ASGIApp, endpoints: Mapping[str, ASGIApp], pages: ASGIApp
    ) -> None:
        self._callbacks, self._endpoints, self._pages = callbacks, endpoints, pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        is_callback = path == CALLBACK_PATH and scope["method"] == "POST"
        app = self._callbacks if is_callback else self._endpoints.get(path, self._pages)
        await app(scope, receive, send)


def create_app(
    *,
    callbacks: CallbackEndpoint,
    readiness: Readiness,
    exposition: Exposition,
    endpoints: Mapping[str, ASGIApp],
) -> ASGIApp:
    """Build the four endpoints, and beside them those that are given by their paths."""
    refused = Route(CALLBACK_PATH, callbacks, methods=["POST"])  # answers 405 to other methods
    pages = create_pages(refused, readiness=readiness, exposition=exposition)
    return _Front(callbacks, endpoints, pages)


def create_pages(*further: Route, readiness: Readiness, exposition: Exposition) -> ASGIApp:
    """Build what an operator looks at."""
    pages = Starlette(routes=[*further, *health_routes(readiness, exposition)])
    pages.router.redirect_slashes = False
    return pages


def listen(host: str, port: int, *, is_behind_proxy: bool) -> socket.socket:
    """Open the socket; only this machine may reach it, unless a proxy stands before it."""
    if not is_behind_proxy and not _is_loopback(host):
        raise SettingsError([PUBLIC.format(host=host)])
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except (OSError, OverflowError) as fault:
        raise SettingsError(
            [f"cannot listen on {host} port {port}: {getattr(fault, 'strerror', fault)}"]
        ) from fault


async def serve(
    app: ASGIApp,
    listener: socket.socket,
    *,
    readiness: Readiness,
    watch: Watch,
    stop: asyncio.Event,
    each_second: Callable[[float], None] = lambda _now: None,
) -> None:
    """Answer until `stop` is set; then finish what has begun, and take nothing new.

    `each_second` is told the loop's time about once a second.
    """
    config = uvicorn.Config(
        app,
        http=BoundedConnection,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=DRAIN_SECONDS,
        backlog=BACKLOG,
    )
    server = _Server(config)
    sweep = _sweep(server, watch, each_second)
    async with _running(sweep), _running(_stop(server, readiness, stop)):
        await server.serve(sockets=[listener])


class _Server(uvicorn.Server):
    """Leaves signals to whoever holds the `stop`."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _sweep(
    server: uvicorn.Server, watch: Watch, each_second: Callable[[float], None]
) -> None:
    loop = asyncio.get_running_loop()
    while True:
        await asyncio.sleep(SWEEP_SECONDS)
        each_second(loop.time())
        if count := cut_late(list(server.server_state.connections), now=loop.time()):
            watch.cut(count)


async def _stop(server: uvicorn.Server, readiness: Readiness, stop: asyncio.Event) -> None:
    await stop.wait()
    readiness.is_draining = True
    server.should_exit = True


@asynccontextmanager
async def _running(work: Coroutine[object, object, None]) -> AsyncIterator[None]:
    task = asyncio.ensure_future(work)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
