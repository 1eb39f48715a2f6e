"""A power cut for one folder: what was not synced is gone. See power_loss.c.

power = PowerLoss(folder, state)        everything that is there now counts as synced
start a program with power.environ, SIGKILL it
power.cut()                             each file is what it was when it was synced last
"""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

__all__ = ["PowerLoss", "built_shim"]

SOURCE = Path(__file__).with_name("power_loss.c")


@dataclass(frozen=True, slots=True)
class PowerLoss:
    """Watches `folder`; `state` holds what survives, and lies elsewhere."""

    folder: Path
    state: Path
    shim: Path = field(repr=False)

    def __post_init__(self) -> None:
        self.state.mkdir(exist_ok=True)
        for path in self._files():
            shutil.copyfile(path, self._shadow(path))

    @property
    def environ(self) -> Mapping[str, str]:
        return {
            "LD_PRELOAD": str(self.shim),
            "POWER_LOSS_FOLDER": f"{self.folder.resolve()}/",
            "POWER_LOSS_STATE": str(self.state),
        }

    def cut(self) -> int:
        """Take away what was not synced; return how many files that changed."""
        assert (self.state / "loaded").exists(), "the program ran without the shim"
        return sum(map(self._cut, self._files()))

    def _cut(self, path: Path) -> bool:
        if path.name.endswith("-shm"):  # SQLite's memory, which no restart survives
            path.unlink()
            return False
        shadow = self._shadow(path)
        kept = shadow.read_bytes() if shadow.exists() else b""
        if kept == path.read_bytes():
            return False
        with path.open("r+b") as file:  # in place: the shadow belongs to this inode
            file.write(kept)
            file.truncate()
        return True

    def _shadow(self, path: Path) -> Path:
        return self.state / str(path.stat().st_ino)

    def _files(self) -> list[Path]:
        return [path for path in self.folder.rglob("*") if path.is_file()]


def built_shim(folder: Path) -> Path:
    """Compile the shim, or skip the test and say why."""
    compiler = shutil.which("cc")
    if not sys.platform.startswith("linux") or platform.libc_ver()[0] != "glibc" or not compiler:
        pytest.skip("a power cut is simulated on Linux with glibc only, and with a C compiler (cc)")
    shim = folder / "power_loss.so"
    flags = ("-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC")
    command = [compiler, *flags, "-o", str(shim), str(SOURCE), "-ldl", "-lpthread"]
    subprocess.run(command, check=True, timeout=60)
    return shim
