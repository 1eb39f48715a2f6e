"""What stands around leadflow in the demo: a local Clay, and what leadflow is told of it all."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from clay_sandbox import Control, SandboxConfig
from demo_programs import answers, kept_port, running
from leadflow.settings import SETTINGS

__all__ = ["FOLDER", "LEADFLOW", "environment", "leadflow_server", "local_clay", "webhook_url"]

TOOLS = Path(__file__).parent.resolve()
FILES = TOOLS / "demo_files"
FOLDER = Path(".demo").resolve()
LEADFLOW = (sys.executable, "-m", "leadflow")
CALLBACK_BODY = (FILES / "callback_body.txt").read_text(encoding="utf-8")
RETRY_ON = "408,413,429,500-599,ECONNREFUSED,ECONNRESET,ETIMEDOUT"
LEAVE_SECONDS = 5


def environment(destinations: Mapping[str, str]) -> dict[str, str]:
    """Everything leadflow is told. It runs in .demo/, where no .env of yours is read."""
    yours = {setting.env for setting in SETTINGS.values()}
    around = {name: value for name, value in os.environ.items() if name not in yours}
    told = {
        **around,
        **destinations,
        "PYTHONPATH": os.pathsep.join(map(str, (TOOLS.parent / "src", TOOLS))),
        "CLAY_ALLOWED_HOSTS": "127.0.0.1",
        "DATABASE_URL": "sqlite:///leadflow.sqlite",
        "SEND_INTERVAL_SECONDS": "0.2",
        "TOKEN_AUDIENCE": "demo",
        "ROUTES_FILE": str(FILES / "routes.yaml"),
        "DESTINATIONS_FILE": str(FILES / "destinations.yaml"),
        "DO_NOT_CONTACT_FILE": str(FILES / "do-not-contact.txt"),
    }
    return {**told, **_secrets(told)}


@contextmanager
def leadflow_server(environ: Mapping[str, str], *options: str) -> Iterator[str]:
    """`leadflow serve`: takes callbacks and delivers. Gives its address."""
    port = kept_port(FOLDER / "serve.port")
    base = f"http://127.0.0.1:{port}"
    with running(
        [*LEADFLOW, "serve", "--port", str(port), *options],
        folder=FOLDER,
        environ=environ,
        log=FOLDER / "serve.log",
        is_ready=lambda: answers(f"{base}/readyz"),
    ):
        yield base


@contextmanager
def local_clay(environ: Mapping[str, str], server: str) -> Iterator[Control]:
    """A Clay whose table enriches, and calls the server back as docs/clay-setup.md sets it up."""
    port = kept_port(FOLDER / "clay.port")
    base = f"http://127.0.0.1:{port}"
    secret = environ["CLAY_CALLBACK_SECRETS"]
    column = {
        "--callback-url": f"{server}/api/clay/enriched",
        "--callback-header": f"Authorization: Bearer {secret}",
        "--callback-body": CALLBACK_BODY,
        "--callback-retries": "5",
        "--callback-retry-on": RETRY_ON,
        "--callback-rate": "50",
        "--required": "correlation_token",
    }
    options = {"--port": str(port), "--state": str(FOLDER / "clay.json"), **column}
    words = [word for pair in options.items() for word in pair]
    with (
        running(
            [sys.executable, "-m", "clay_sandbox", *words, "--keep-existing-results"],
            folder=FOLDER,
            environ=environ,
            log=FOLDER / "clay.log",
            is_ready=lambda: answers(f"{base}/_sandbox/state"),
        ),
        Control(base) as clay,
    ):
        try:
            yield clay
        finally:
            with suppress(Exception):  # rows in work are called back before the table is gone
                clay.wait_until_idle(LEAVE_SECONDS)


def webhook_url(clay: Control) -> str:
    return clay.url.removesuffix("/_sandbox") + SandboxConfig().webhook_paths[0]


def _secrets(environ: Mapping[str, str]) -> dict[str, str]:
    """Those of the first run, so that a token under way is still believed."""
    file = FOLDER / "secrets.json"
    if not file.exists():
        command = [*LEADFLOW, "secrets", "--format", "json"]
        done = subprocess.run(command, cwd=FOLDER, env=environ, check=True, capture_output=True)
        file.touch(mode=0o600)
        file.write_bytes(done.stdout)
    made: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    return made
