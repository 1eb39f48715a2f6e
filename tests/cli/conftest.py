"""The real command, in a process of its own, without a terminal."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping

TOOL = str(Path(sys.executable).parent / "clay-arch")


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


class Run(Protocol):
    """Run `clay-arch` with these words."""

    def __call__(
        self, *words: str, stdin: str = "", env: Mapping[str, str] | None = None
    ) -> Ended: ...


@pytest.fixture(name="run")
def _run(tmp_path: Path) -> Run:
    def run(*words: str, stdin: str = "", env: Mapping[str, str] | None = None) -> Ended:
        ended = subprocess.run(
            [TOOL, *words],
            input=stdin,
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env={**os.environ, **(env or {})},
            timeout=60,
            check=False,
        )
        return Ended(ended.returncode, ended.stdout, ended.stderr)

    return run
