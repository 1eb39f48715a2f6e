"""The process that keeps a folder's Valkey, and stops it when its last user has gone.

    python -I valkey_keeper.py FOLDER SOCKET PROGRAM        needs nothing but the standard library

A server that dies while somebody uses it is started again on what it had synced, which is
everything that it acknowledged.

Signals that ask it to end are not heard: whoever stops all processes of a service at once would
take the server from workers that still finish what they have in hand.
"""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

__all__ = ["keep"]

TRIES = 10
RESTART_SECONDS = 0.2
SETTINGS = """
port 0
unixsocket {socket}
unixsocketperm 700
dir {folder}
appendonly yes
appendfsync always
maxmemory-policy noeviction
save ""
"""


def keep(folder: Path, socket_path: Path, program: str) -> None:
    """Return when the last user has gone and the server is stopped."""
    os.umask(0o077)
    keeper = _open(folder / "keeper")
    for _ in range(TRIES):  # whoever looks whether there is a keeper holds the lock for a moment
        with suppress(BlockingIOError):
            fcntl.flock(keeper, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return _Server(folder, socket_path, program).run()
        time.sleep(RESTART_SECONDS)
    return None  # another one was quicker


class _Server:
    def __init__(self, folder: Path, socket_path: Path, program: str) -> None:
        self._folder, self._socket, self._program = folder, socket_path, program
        self._process: subprocess.Popen[bytes] | None = None
        self._is_over = threading.Event()

    def run(self) -> None:
        for asks_to_end in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(asks_to_end, signal.SIG_IGN)
        threading.Thread(target=self._await_last_user, daemon=True).start()
        while not self._is_over.is_set():
            self._process = self._start()
            if self._is_over.is_set():  # meanwhile: `_end` saw the server before this one
                self._process.terminate()
            self._process.wait()
            self._is_over.wait(RESTART_SECONDS)
        with suppress(FileNotFoundError):
            self._socket.unlink()

    def _start(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(  # noqa: S603 - the wheel's own program
            [self._program, "-"], stdin=subprocess.PIPE, restore_signals=True
        )
        settings = SETTINGS.format(socket=_quoted(self._socket), folder=_quoted(self._folder))
        assert process.stdin is not None  # noqa: S101 - it was asked for
        with process.stdin as stdin:
            stdin.write(settings.encode())
        return process

    def _await_last_user(self) -> None:
        """End once nobody uses the server and nobody is about to."""
        users = _open(self._folder / "users")
        start = _open(self._folder / "start")
        while True:
            fcntl.flock(users, fcntl.LOCK_EX)
            fcntl.flock(users, fcntl.LOCK_UN)
            fcntl.flock(start, fcntl.LOCK_EX)  # held until this process has ended
            with suppress(BlockingIOError):
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return self._end()
            fcntl.flock(start, fcntl.LOCK_UN)

    def _end(self) -> None:
        self._is_over.set()
        if self._process is not None:
            self._process.terminate()


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


def _quoted(path: Path) -> str:
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


if __name__ == "__main__":
    keep(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
