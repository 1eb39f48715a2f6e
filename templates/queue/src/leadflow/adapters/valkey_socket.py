"""The socket of a folder's Valkey: where it lies, whether anybody answers there."""

from __future__ import annotations

import hashlib
import os
import socket
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from leadflow.domain.errors import LedgerError

__all__ = ["answers", "place_of", "stop_abandoned"]

LONGEST_PATH = 100  # bytes; a system takes none longer than 104 or 108
STOP_SECONDS = 20.0
LOOK_SECONDS = 0.01


def place_of(folder: Path) -> Path:
    """Beside the data, or in a private folder where that path is too long for a socket."""
    path = folder / "valkey.sock"
    if len(os.fsencode(path)) <= LONGEST_PATH:
        return path
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    private = Path(tempfile.gettempdir()) / f"leadflow-{os.getuid()}-{digest}"
    private.mkdir(mode=0o700, exist_ok=True)
    if private.stat().st_uid != os.getuid():
        raise LedgerError(f"{private} belongs to somebody else; remove it, or set TMPDIR")
    return private / "valkey.sock"


def stop_abandoned(socket_path: Path) -> None:
    """Stop a server whose keeper was killed; it has synced all that it acknowledged."""
    deadline = time.monotonic() + STOP_SECONDS
    while time.monotonic() < deadline and answers(socket_path):
        with suppress(OSError):
            _say(socket_path, b"SHUTDOWN NOSAVE\r\n")
        time.sleep(LOOK_SECONDS)


def answers(socket_path: Path) -> bool:
    """Not while it reads its data: then it says "-LOADING"."""
    with suppress(OSError):
        return _say(socket_path, b"PING\r\n").startswith(b"+PONG")
    return False


def _say(socket_path: Path, command: bytes) -> bytes:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1.0)
        connection.connect(str(socket_path))
        connection.sendall(command)
        return connection.recv(64)
