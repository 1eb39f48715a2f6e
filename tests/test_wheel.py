"""The installed wheel, away from the checkout and with the network cut."""

from __future__ import annotations

import json
import subprocess
import zipfile
from pathlib import Path

import pytest

from tests.wheels import build_wheel, install_wheel, run_offline

ROOT = Path(__file__).parent.parent
# Caches, environments and ledgers appear where templates run; none of them may ship.


@pytest.fixture(scope="module", name="wheel")
def _wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(ROOT, tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module", name="installed")
def _installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return install_wheel(wheel, tmp_path_factory.mktemp("elsewhere") / "venv")


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

    ended = run_offline(str(installed), "-m", "clay_arch", "recommend", *words, cwd=tmp_path)

    assert ended.stderr == ""
    assert json.loads(ended.stdout)["recommendation"]["variant"] == "standard"


def test_new_works_from_the_wheel_without_a_network_or_git(installed: Path, tmp_path: Path) -> None:
    asked = "import clay_arch; print(clay_arch.__file__)"
    where = run_offline(str(installed), "-c", asked, cwd=tmp_path)
    assert str(ROOT / "clay_arch") not in where.stdout

    ended = run_offline(
        str(installed), "-m", "clay_arch", "new", "demo", "--variant", "direct", cwd=tmp_path
    )

    assert (ended.returncode, ended.stderr) == (0, "")
    assert (tmp_path / "demo" / "src" / "leadflow" / "__init__.py").is_file()
