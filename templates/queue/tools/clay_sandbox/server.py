"""Serves the app on 127.0.0.1: in a thread for tests, in the foreground for people."""

from __future__ import annotations

import contextlib
import socket
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import uvicorn
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from .app import create_app
from .config import SandboxConfig
from .connection import resettable
from .control import Control

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterator

    from starlette.types import ASGIApp

__all__ = ["RunningSandbox", "Server", "listen", "running_sandbox", "serve"]

_START_SECONDS = 10
_STOP_SECONDS = 5


@dataclass(frozen=True, slots=True)
class RunningSandbox:
    url: str
    webhook_urls: tuple[str, ...]
    control: Control


@contextlib.contextmanager
def running_sandbox(
    config: SandboxConfig | None = None, *, port: int = 0
) -> Iterator[RunningSandbox]:
    """A sandbox in a thread of this process, on a free port unless one is given."""
    config = config or SandboxConfig()
    listener = listen(port)
    server = Server(create_app(config))
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    webhook_urls = tuple(url + path for path in config.webhook_paths)
    try:
        if not server.is_ready.wait(_START_SECONDS):
            raise TimeoutError("the sandbox did not start")
        with Control(url) as control:
            yield RunningSandbox(url, webhook_urls, control)
    finally:
        server.should_exit = True
        thread.join(_STOP_SECONDS)
        listener.close()


def listen(port: int) -> socket.socket:
    """Listen on 127.0.0.1 and nowhere else; port 0 takes a free one."""
    # asyncio sets TCP_NODELAY only where the protocol is named; without it each answer waits 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except OSError:
        listener.close()
        raise
    listener.listen(2048)
    return listener


def serve(app: ASGIApp, listener: socket.socket) -> None:
    """Serve until Ctrl-C or SIGTERM."""
    Server(app).run([listener])


class Server(uvicorn.Server):
    """Knows when it is ready. Takes asyncio's own loop, whose sockets accept a linger time."""

    def __init__(self, app: ASGIApp, protocol: type[asyncio.Protocol] = AutoHTTPProtocol) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=resettable(protocol),
                loop="asyncio",
                ws="none",
                lifespan="on",
                log_config=None,
                log_level="error",
                access_log=False,
                server_header=False,
                timeout_keep_alive=75,
                timeout_graceful_shutdown=1,
            )
        )
        self.is_ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.is_ready.set()
