"""Programs of leadflow that a test starts, kills and starts again: `serve`, `work` and others."""

from __future__ import annotations

import http.client
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from harness.workspace import Workspace

__all__ = ["Program", "Server", "free_port", "until"]

START_SECONDS = 30
STOP_SECONDS = 35  # a stop may take 30
LOOK_SECONDS = 0.02
SAMPLE = re.compile(r"^(?P<name>\w+)(\{(?P<labels>.*)\})? (?P<value>\S+)$", re.MULTILINE)


def until(condition: Callable[[], object], what: object, *, seconds: float = START_SECONDS) -> None:
    """Look again and again until it holds; AssertionError when that takes too long."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"after {seconds} s: not {what}"
        time.sleep(LOOK_SECONDS)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@dataclass
class Program:
    """`leadflow ARGUMENTS`, which writes its log behind what it wrote before."""

    workspace: Workspace
    arguments: tuple[str, ...]
    log: Path
    extra: Mapping[str, str] = field(default_factory=dict)  # variables of this process alone
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        assert self.process is None
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "leadflow", *self.arguments],
                cwd=self.workspace.folder,
                env={**self.workspace._process_environ(), **self.extra},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def kill(self) -> None:
        """End it as a crash would."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(STOP_SECONDS)
        self.process = None

    def stop(self) -> int:
        """Ask it to end; return its exit code."""
        assert self.process is not None
        self.process.terminate()
        code = self.process.wait(STOP_SECONDS)
        self.process = None
        return code

    def end(self) -> None:
        """Clean up, whatever has happened."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()


@dataclass
class Server(Program):
    """`leadflow serve` on a port of its own, which it keeps when it is started again."""

    port: int = 0

    def start(self) -> None:
        super().start()
        assert self.process is not None
        until(self._is_ready, f"ready: {self.log.read_text()[-2_000:]}")

    def get(self, path: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def metric(self, name: str, **labels: str) -> float:
        """Add up what has this name and these labels; 0 when there is none."""
        found = SAMPLE.finditer(self.get("/metrics")[1])
        wanted = [f'{label}="{value}"' for label, value in labels.items()]
        return sum(
            float(sample["value"])
            for sample in found
            if sample["name"] == name and all(pair in (sample["labels"] or "") for pair in wanted)
        )

    def _is_ready(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, f"it ended: {self.log.read_text()[-2_000:]}"
        try:
            return self.get("/readyz")[0] == 200
        except (OSError, http.client.HTTPException):
            return False
