"""A project that climbed is whole: its own tests pass, the owner's among them."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.migration.projects import Living, project_in

if TYPE_CHECKING:
    from pathlib import Path

EDITED = "src/leadflow/domain/pacing.py"
OURS = "tests/domain/test_ours.py"
WAY = ("standard", "queue", "direct")
CHECKS = (
    ("tests/domain", "tests/use_cases"),  # a few seconds; the whole takes minutes
    ("--collect-only",),
)


def _with_edits(living: Living) -> None:
    edited = living.folder / EDITED
    edited.write_text(edited.read_text() + "\nOURS = 1\n")
    (living.folder / OURS).write_text(
        "from leadflow.domain.pacing import OURS\n\n\n"
        "def test_ours_is_there() -> None:\n    assert OURS\n"
    )
    living.commit("Ours")


@pytest.mark.slow
def test_at_each_rung_its_own_tests_pass(tmp_path: Path) -> None:
    living = project_in(tmp_path / "project")
    _with_edits(living)

    for rung in WAY:
        outcome = living.climb(rung)
        living.commit(f"Now {rung}")

        assert (outcome.conflicts, outcome.kept) == ((), ())
        for words in CHECKS:
            ended = _pytest(living.folder, *words)
            assert ended.returncode == 0, ended.stdout + ended.stderr


def _pytest(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": "src:tools", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
