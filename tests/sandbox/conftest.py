"""A sandbox that does not dawdle, and a handler for its callbacks that remembers everything."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx2
import pytest

from clay_arch.sandbox import (
    HttpApiColumn,
    RunningSandbox,
    SandboxConfig,
    Switches,
    running_sandbox,
)

Post = Callable[..., httpx2.Response]
Start = Callable[..., RunningSandbox]


@pytest.fixture(name="start")
def _start() -> Iterator[Start]:
    """Start a sandbox whose enrichments take no time unless its switches say so."""
    with contextlib.ExitStack() as running:

        def start(**settings: Any) -> RunningSandbox:
            settings.setdefault("switches", Switches(enrichment_seconds=0))
            return running.enter_context(running_sandbox(SandboxConfig(**settings)))

        yield start


@pytest.fixture(name="post")
def _post() -> Iterator[Post]:
    """POST to a URL as a sender does, over one connection."""
    with httpx2.Client(trust_env=False) as client:

        def post(url: str, row: object = None, **request: Any) -> httpx2.Response:
            if not request.keys() & {"content", "json"}:
                request["json"] = {"email": "ada@crunchy.example"} if row is None else row
            return client.post(url, **request)

        yield post


@dataclass
class RecordingHandler:
    """Answers the statuses of `script` in turn, then 200; waits `delay_seconds` before each."""

    url: str = ""
    script: list[int] = field(default_factory=list)
    delay_seconds: float = 0.0
    answer: bytes = b'{"ok": true}'
    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)

    def bodies(self) -> list[bytes]:
        return [body for _path, _headers, body in self.requests]

    def column(self, body: str = '{"email": "/{email}"}', **settings: Any) -> HttpApiColumn:
        return HttpApiColumn(**{"url": self.url + "/enriched", "body": body, **settings})


@pytest.fixture(name="handler")
def _handler() -> Iterator[RecordingHandler]:
    handler = RecordingHandler()

    class Receive(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            handler.times.append(time.monotonic())
            body = self.rfile.read(int(self.headers["Content-Length"]))
            handler.requests.append((self.path, dict(self.headers), body))
            status = handler.script.pop(0) if handler.script else 200
            time.sleep(handler.delay_seconds)
            with contextlib.suppress(OSError):  # the caller may have given up
                self.send_response(status)
                self.send_header("Content-Length", str(len(handler.answer)))
                self.end_headers()
                self.wfile.write(handler.answer)

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receive)
    server.daemon_threads = True
    handler.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield handler
    server.shutdown()
    server.server_close()
