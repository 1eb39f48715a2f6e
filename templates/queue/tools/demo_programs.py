"""The programs that the demo starts. It ends each of them, and nothing else."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx2

__all__ = ["answers", "finish", "kept_port", "running"]

START_SECONDS = 30
STOP_SECONDS = 35  # longer than the server may take to drain
LOOK_SECONDS = 0.05


@contextmanager
def running(
    command: Sequence[str],
    *,
    folder: Path,
    environ: Mapping[str, str],
    log: Path,
    is_ready: Callable[[], bool],
) -> Iterator[None]:
    """Start a program in the background, wait until it is ready, end it afterwards.

    It has a session of its own: Ctrl-C is for the demo, which then ends things in order.
    """
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        _wait(process, is_ready, log)
        yield
    finally:
        _end(process)


def finish(command: Sequence[str], *, folder: Path, environ: Mapping[str, str]) -> int:
    """Run a program in the foreground; when interrupted, let it come to its own end."""
    process = subprocess.Popen(command, cwd=folder, env=environ)
    try:
        return process.wait()
    except BaseException:
        try:
            process.wait(3)  # Ctrl-C has reached it too
        except subprocess.TimeoutExpired:
            _end(process)
        raise


def answers(url: str) -> bool:
    """Is there a 200 at this address of this machine?"""
    try:
        return httpx2.get(url, timeout=2, trust_env=False).status_code == httpx2.codes.OK
    except httpx2.HTTPError:
        return False


def kept_port(file: Path) -> int:
    """The port of last time if it is free, so that addresses stay what they were."""
    last = int(file.read_text()) if file.exists() else 0
    try:
        port = _bind(last)
    except OSError:
        port = _bind(0)
    file.write_text(f"{port}\n")
    return port


def _bind(port: int) -> int:
    with socket.create_server(("127.0.0.1", port)) as listener:
        bound: int = listener.getsockname()[1]
        return bound


def _wait(process: subprocess.Popen[bytes], is_ready: Callable[[], bool], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not is_ready():
        if process.poll() is not None or time.monotonic() > deadline:
            lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
            last = "\n".join(lines[-3:])
            raise SystemExit(f"a program of the demo did not start; {log} ends with:\n{last}")
        time.sleep(LOOK_SECONDS)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
