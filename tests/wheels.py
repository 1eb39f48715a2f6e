"""A wheel, installed away from the checkout it was built from, and run with the network cut."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

__all__ = ["build_wheel", "install_wheel", "run_offline"]


def build_wheel(checkout: Path, folder: Path) -> Path:
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    subprocess.run([*command, str(checkout)], check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    return wheel


def install_wheel(wheel: Path, folder: Path) -> Path:
    """The Python of an environment with the wheel, and this environment's libraries behind it."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    site = next((folder / "lib").glob("python*/site-packages"))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    libraries = next(Path(sys.prefix).glob("lib/python*/site-packages"))
    (site / "libraries.pth").write_text(f"{libraries}\n")
    return folder / "bin" / "python"


def run_offline(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run without a network: in a network namespace of its own where the system allows that."""
    unshare = shutil.which("unshare")
    words = list(command)
    if unshare and not subprocess.run([unshare, "-rn", "true"], check=False).returncode:
        words = [unshare, "-rn", *words]
    env = {"PATH": os.environ["PATH"], "HOME": str(cwd), "LANG": "C.UTF-8"}
    return subprocess.run(words, cwd=cwd, env=env, capture_output=True, text=True, check=False)
