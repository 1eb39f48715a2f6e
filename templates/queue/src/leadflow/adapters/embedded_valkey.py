"""A Valkey for a project without a Redis: one for a folder, shared by all processes of the folder.

    first process ──> keeper ──> valkey-server      the keeper runs in a session of its own, so a
    other processes ─────────────^  join it         Ctrl-C in a terminal does not reach it

Each process holds a shared lock on `users` while it uses the server. The keeper waits for a lock on
the same file that excludes all others: it gets it when the last process has ended, in whatever
way, for the system lets go the locks of a killed one. Then it stops the server. So a kill of one
process leaves the others their server, and a kill of all leaves nothing running.

The data lies in the folder, private to its owner; only a Unix socket leads to the server. It syncs
every write and evicts nothing.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from leadflow.adapters.valkey_program import valkey_program
from leadflow.adapters.valkey_socket import answers, place_of, stop_abandoned
from leadflow.domain.errors import LedgerError

__all__ = ["running_valkey", "valkey_url"]

KEEPER = Path(__file__).with_name("valkey_keeper.py")
START_SECONDS = 20.0
KEEPER_SECONDS = 3.0  # that a new keeper may take until it holds its lock
LOOK_SECONDS = 0.01
LATE = "Valkey did not start within {seconds:g} s; see {log}"


def valkey_url(folder: Path) -> str:
    """Name the folder's server, whether or not it runs."""
    folder = folder.resolve()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return f"unix://{place_of(folder)}"


@contextmanager
def running_valkey(folder: Path) -> Iterator[str]:
    """Lend the URL of the folder's server, starting it where nobody has."""
    folder = folder.resolve()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    socket_path = place_of(folder)
    users = os.open(folder / "users", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        with _locked(folder / "start"):  # nobody starts or stops it meanwhile
            fcntl.flock(users, fcntl.LOCK_SH)
            _join(folder, socket_path)
        yield f"unix://{socket_path}"
    finally:
        os.close(users)  # and with it the lock


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _is_kept(folder: Path) -> bool:
    """Does a keeper live? It holds its lock for as long."""
    lock = os.open(folder / "keeper", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False


def _start_keeper(folder: Path, socket_path: Path) -> None:
    log = os.open(folder / "valkey.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    keeper = (sys.executable, "-I", KEEPER, folder, socket_path, valkey_program())
    try:
        subprocess.run(  # noqa: S603 - our own module
            ["sh", "-c", '"$@" &', "sh", *map(str, keeper)],  # noqa: S607 - so nobody waits for it
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            check=True,
        )
    finally:
        os.close(log)


def _join(folder: Path, socket_path: Path) -> None:
    """Wait for the server; start a keeper where none is left, however late the last one went."""
    deadline = time.monotonic() + START_SECONDS
    starts_at = 0.0
    while not ((is_kept := _is_kept(folder)) and answers(socket_path)):
        now = time.monotonic()
        if now > deadline:
            raise LedgerError(LATE.format(seconds=START_SECONDS, log=folder / "valkey.log"))
        if not is_kept and now >= starts_at:
            stop_abandoned(socket_path)
            _start_keeper(folder, socket_path)
            starts_at = now + KEEPER_SECONDS
        time.sleep(LOOK_SECONDS)
