"""The two releases, made once, and a project of the first in each variant."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.migration.projects import LADDER, Living, git
from tests.migration.releases import FIRST, checkout_in, next_release

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.migration.releases import Release

ANSWERS = {
    "direct": ("--volume", "900/month", "--plan", "growth", "--infra", "none"),
    "standard": ("--volume", "5k", "--plan", "growth", "--infra", "https"),
    "queue": ("--volume", "20k", "--plan", "growth", "--infra", "https,redis"),
}


@pytest.fixture(scope="session", name="first")
def _first(tmp_path_factory: pytest.TempPathFactory) -> Release:
    release = checkout_in(tmp_path_factory.mktemp("first") / "clay-arch", FIRST, "2026-01-01")
    kept = release.keep_templates()
    assert kept.code == 0, kept.err
    return release


@pytest.fixture(scope="session", name="second")
def _second(first: Release, tmp_path_factory: pytest.TempPathFactory) -> Release:
    return next_release(first, tmp_path_factory.mktemp("second") / "clay-arch")


@pytest.fixture(scope="session", name="made")
def _made(first: Release, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A project as the first release makes it; nobody changes it."""
    folder = tmp_path_factory.mktemp("made")

    def make(variant: str) -> Path:
        if not (folder / variant).exists():
            words = ("new", variant, "--name", "acme-leads", *ANSWERS[variant])
            made = first(*words, cwd=folder)
            assert made.code == 0, made.err
        return folder / variant

    return make


@pytest.fixture(name="living")
def _living(made: Callable[[str], Path], tmp_path: Path) -> Callable[[str], Living]:
    """A project of the first release in a repository of its own, committed once."""

    def begin(variant: str) -> Living:
        assert variant in LADDER
        living = Living(tmp_path / "project")
        shutil.copytree(made(variant), living.folder)
        git(living.folder, "init", "--quiet", "--initial-branch=main")
        living.commit("As it was made")
        return living

    return begin
