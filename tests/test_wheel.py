"""The installed wheel, away from the checkout and with the network cut."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# Caches, environments and ledgers appear where templates run; none of them may ship.


@pytest.fixture(scope="module", name="wheel")
def _wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    subprocess.run([*command, str(ROOT)], check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    return wheel


@pytest.fixture(scope="module", name="installed")
def _installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel, and this environment's libraries behind it."""
    folder = tmp_path_factory.mktemp("elsewhere") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    site = next((folder / "lib").glob("python*/site-packages"))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    libraries = next(Path(sys.prefix).glob("lib/python*/site-packages"))
    (site / "libraries.pth").write_text(f"{libraries}\n")
    return folder / "bin" / "python"


def _offline(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run without a network: in a network namespace of its own where the system allows that."""
    unshare = shutil.which("unshare")
    words = list(command)
    if unshare and not subprocess.run([unshare, "-rn", "true"], check=False).returncode:
        words = [unshare, "-rn", *words]
    env = {"PATH": os.environ["PATH"], "HOME": str(cwd), "LANG": "C.UTF-8"}
    return subprocess.run(words, cwd=cwd, env=env, capture_output=True, text=True, check=False)


def test_the_wheel_holds_the_tracked_template_files_and_no_others(wheel: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "templates"], cwd=ROOT, check=True, capture_output=True, text=True
    )

    packaged = {
        name.removeprefix("clay_arch/")
        for name in zipfile.ZipFile(wheel).namelist()
        if name.startswith("clay_arch/templates/")
    }

    assert packaged == set(listed.stdout.split())


def test_recommend_works_from_the_wheel_without_a_network(installed: Path, tmp_path: Path) -> None:
    words = ("--volume", "5k", "--plan", "growth", "--infra", "https", "--format", "json")

    ended = _offline(str(installed), "-m", "clay_arch", "recommend", *words, cwd=tmp_path)

    assert ended.stderr == ""
    assert json.loads(ended.stdout)["recommendation"]["variant"] == "standard"


def test_new_works_from_the_wheel_without_a_network_or_git(installed: Path, tmp_path: Path) -> None:
    where = subprocess.run(
        [str(installed), "-c", "import clay_arch; print(clay_arch.__file__)"],
        capture_output=True, text=True, check=True, cwd=tmp_path,
    )  # fmt: skip
    assert str(ROOT / "clay_arch") not in where.stdout

    ended = _offline(
        str(installed), "-m", "clay_arch", "new", "demo", "--variant", "direct", cwd=tmp_path
    )

    assert (ended.returncode, ended.stderr) == (0, "")
    assert (tmp_path / "demo" / "src" / "leadflow" / "__init__.py").is_file()
