"""From the answers to a project that passes its own checks, for every variant."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from clay_arch.scaffold import variants
from tests.process import Command

BIN = Path(sys.executable).parent
ANSWERS = {
    "direct": ("--volume", "900/month", "--plan", "growth", "--infra", "none"),
    "standard": ("--volume", "5k", "--plan", "growth", "--infra", "https"),
    "queue": ("--volume", "20k", "--plan", "growth", "--infra", "https,redis"),
}
CHECKS = (
    ("ruff", "format", "--check", "."),
    ("ruff", "check", "."),
    ("lint-imports",),
    ("mypy",),
    ("python", "-m", "leadflow", "--help"),
    ("python", "-m", "pytest", "-q", "--collect-only"),
)


def _in_project(project: Path, *command: str) -> subprocess.CompletedProcess[str]:
    program, *words = command
    return subprocess.run(
        [BIN / program, *words],
        cwd=project,
        env={**os.environ, "PYTHONPATH": "src:tools"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(name="project", scope="module", params=variants())
def _project(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp(request.param)
    recommended = Command(folder)("recommend", *ANSWERS[request.param])
    assert recommended.out.startswith(f"{request.param.title()} fits")
    assert Command(folder)("new", "demo", *ANSWERS[request.param]).code == 0
    return folder / "demo"


@pytest.mark.slow
@pytest.mark.parametrize("check", CHECKS, ids=lambda words: " ".join(words[:5]))
def test_a_rendered_project_passes_its_own_checks(project: Path, check: tuple[str, ...]) -> None:
    ended = _in_project(project, *check)

    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_the_settings_example_is_what_the_settings_say(project: Path) -> None:
    before = (project / ".env.example").read_bytes()

    assert _in_project(project, "python", "tools/write_env_example.py").returncode == 0

    assert (project / ".env.example").read_bytes() == before
