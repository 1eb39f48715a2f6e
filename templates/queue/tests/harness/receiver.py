"""The receiver in a process of its own, and a caller that speaks to it over bare sockets."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Self

from harness.listening import hear
from harness.tokens import head
from harness.workspace import Workspace

__all__ = ["Answer", "Caller", "RunningReceiver", "running_receiver", "running_serve"]

ROOT = Path(__file__).parents[2]
START_SECONDS = 20


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Caller:
    """One connection."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self._buffer = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def post(self, body: bytes, *lines: str, secret: str | None = None) -> Answer:
        options = {} if secret is None else {"secret": secret}
        self.send(head(len(body), *lines, **options) + body)
        return self.answer()

    def get(self, path: str, *lines: str, method: str = "GET") -> Answer:
        self.send("\r\n".join([f"{method} {path} HTTP/1.1", "Host: test", *lines, "", ""]).encode())
        return self.answer(has_body=method != "HEAD")

    def answer(self, *, has_body: bool = True) -> Answer:
        """Read one answer; ConnectionError when the connection ends before it."""
        top = self._until(b"\r\n\r\n").decode()
        status, *lines = top.split("\r\n")
        headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in lines) if k}
        length = int(headers.get("content-length", "0")) if has_body else 0
        while len(self._buffer) < length:
            self._more()
        body, self._buffer = self._buffer[:length], self._buffer[length:]
        return Answer(int(status.split()[1]), headers, body)

    def is_closed(self) -> bool:
        """Wait until the other side ends the connection."""
        try:
            return self.socket.recv(1) == b""
        except ConnectionError:
            return True

    def last_words(self) -> bytes:
        """Send nothing more, and read what still comes."""
        self.socket.shutdown(socket.SHUT_WR)
        said = self._buffer
        with suppress(ConnectionError):
            while data := self.socket.recv(65_536):
                said += data
        return said

    def _until(self, mark: bytes) -> bytes:
        while mark not in self._buffer:
            self._more()
        found, _, self._buffer = self._buffer.partition(mark)
        return found

    def _more(self) -> None:
        data = self.socket.recv(65_536)
        if not data:
            raise ConnectionError("the connection ended before the answer")
        self._buffer += data


@dataclass
class RunningReceiver:
    """The process, its folder, its log."""

    process: subprocess.Popen[bytes]
    folder: Path
    port: int

    @property
    def log(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in _log(self.folder).read_text().splitlines()]

    @property
    def taken(self) -> list[dict[str, Any]]:
        """What the inbox in memory took."""
        return [json.loads(line) for line in (self.folder / "inbox.jsonl").read_text().splitlines()]

    @property
    def memory_bytes(self) -> int:
        """Resident memory now."""
        pages = Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    def caller(self) -> Caller:
        return Caller(self.port)

    def post(self, body: bytes, *lines: str, secret: str | None = None) -> Answer:
        with self.caller() as caller:
            return caller.post(body, *lines, secret=secret)


@contextmanager
def running_receiver(folder: Path) -> Iterator[RunningReceiver]:
    """Start the receiver of harness.receiver_program in the folder; stop it in the end."""
    path = os.pathsep.join(str(ROOT / part) for part in ("src", "tools", "tests"))
    environ = {**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
    with _running(folder, "harness.receiver_program", str(folder), env=environ) as running:
        yield running


@contextmanager
def running_serve(workspace: Workspace, *options: str) -> Iterator[RunningReceiver]:
    """Start `leadflow serve` in the workspace; stop it in the end."""
    command = ["leadflow", "serve", "--port", "0", *options]
    with _running(workspace.folder, *command, env=workspace._process_environ()) as running:
        yield running


@contextmanager
def _running(folder: Path, *module: str, env: dict[str, str]) -> Iterator[RunningReceiver]:
    with _log(folder).open("ab") as log:
        log.truncate(0)
        process = subprocess.Popen(
            [sys.executable, "-m", *module],
            cwd=folder,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        yield RunningReceiver(process, folder, listening_port(process, _log(folder)))
    finally:
        process.terminate()
        try:
            process.wait(30)
        finally:
            process.kill()
            hear(f"log of {module}", _log(folder).read_text())


def listening_port(process: subprocess.Popen[Any], log: Path) -> int:
    """Wait for the line in the log that names the port."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        for line in reversed(log.read_text().splitlines()):
            if '"listening"' in line:
                return int(json.loads(line)["port"])
        time.sleep(0.02)
    raise AssertionError(f"the receiver did not start: {log.read_text()[-2_000:]}")


def _log(folder: Path) -> Path:
    return folder / "log.jsonl"
