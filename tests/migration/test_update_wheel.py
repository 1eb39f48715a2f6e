"""The installed wheel of a later release updates a project, away from any checkout, offline."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest

from tests.migration.releases import FIRST, MOVED, SECOND
from tests.wheels import build_wheel, install_wheel, run_offline

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.migration.projects import Living
    from tests.migration.releases import Release


@pytest.mark.slow
def test_the_wheel_has_the_history_with_it(
    second: Release, living: Callable[[str], Living], tmp_path: Path
) -> None:
    wheel = build_wheel(second.folder, tmp_path / "dist")
    python = str(install_wheel(wheel, tmp_path / "venv"))
    mine = living("direct")
    asked = "import clay_arch; print(clay_arch.__file__)"
    where = run_offline(python, "-c", asked, cwd=tmp_path)
    assert where.stdout.startswith(str(tmp_path / "venv"))

    found = run_offline(python, "-m", "clay_arch", "update", "--check", cwd=mine.folder)
    done = run_offline(python, "-m", "clay_arch", "update", cwd=mine.folder)

    assert f"clay_arch/data/history/{FIRST}.tar.xz" in zipfile.ZipFile(wheel).namelist()
    assert (found.returncode, found.stderr) == (1, "")
    assert found.stdout.startswith(f"project {FIRST}, clay-arch {SECOND}")
    assert (done.returncode, (mine.folder / MOVED[1]).is_file()) == (0, True), done.stderr
