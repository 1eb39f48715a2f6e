"""The site, built from a copy of docs/ as `make docs` builds it, and served on this machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

from tests.process import Ended

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["DOCS", "ROOT", "Site", "addresses", "copied", "run_script", "served"]

ROOT = Path(__file__).parent.parent.parent
DOCS = ROOT / "docs"


@dataclass(frozen=True, slots=True)
class Site:
    """A built site: its folder, where it is served, and how its build ended."""

    folder: Path
    base: str
    build: Ended
    processor_seconds: float


def copied(folder: Path) -> Path:
    """A copy of what the site is made of; the templates are read where they are."""
    ignored = shutil.ignore_patterns("__pycache__", "project")
    folder.mkdir(exist_ok=True)
    shutil.copytree(DOCS, folder / "docs", ignore=ignored)
    shutil.copy(ROOT / "mkdocs.yml", folder)
    (folder / "templates").symlink_to(ROOT / "templates")
    return folder


def run_script(
    folder: Path, script: str, *words: str, env: Mapping[str, str] | None = None
) -> Ended:
    """A script of docs/, such as build.py, on the copy in `folder`."""
    ended = subprocess.run(
        [sys.executable, f"docs/{script}", *words],
        cwd=folder,
        env={**os.environ, "NO_COLOR": "1", "PYTHONPATH": str(ROOT), **(env or {})},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return Ended(ended.returncode, ended.stdout, ended.stderr)


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a server for `folder`, on a free port of the loopback address."""
    handler = partial(_Silent, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join(timeout=10)


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, *_args: object) -> None:
        """Say nothing: what is asked for is of no interest."""


def addresses(site: Path) -> list[str]:
    """Where each page of a built site is, from its root; the home page is the empty text."""
    pages = (path.parent.relative_to(site).as_posix() for path in site.rglob("index.html"))
    return sorted("" if page == "." else f"{page}/" for page in pages)
