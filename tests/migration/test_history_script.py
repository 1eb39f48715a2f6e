"""`make record-release` and its check: templates move until a release, and stand from then on."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.migration.projects import git
from tests.migration.releases import FIRST, checkout_in

if TYPE_CHECKING:
    from pathlib import Path

    from tests.migration.releases import Release

FEW = ("templates/*/copier.yml", "templates/direct/Makefile")


@pytest.fixture(name="released")
def _released(tmp_path: Path) -> Release:
    """A release with few templates, which it keeps."""
    release = checkout_in(tmp_path / "clay-arch", FIRST, "2026-01-01", templates=FEW)
    assert release.keep_templates().code == 0
    return release


def _makefile(release: Release) -> Path:
    return release.template("direct") / "Makefile"


def test_the_same_templates_give_the_same_archive(released: Release) -> None:
    before = released.archive.read_bytes()
    for path in (released.folder / "templates").rglob("*"):
        os.utime(path, (1, 1))
    _makefile(released).chmod(0o600)

    assert released.keep_templates().code == 0
    assert released.archive.read_bytes() == before


@pytest.mark.slow
def test_so_do_all_of_them(first: Release) -> None:
    before = first.archive.read_bytes()

    assert first.keep_templates().code == 0
    assert first.archive.read_bytes() == before


def test_what_git_does_not_track_is_not_kept(released: Release) -> None:
    before = released.archive.read_bytes()
    (released.template("direct") / ".env").write_text("SECRET=1\n", encoding="utf-8")

    assert released.keep_templates().code == 0
    assert released.archive.read_bytes() == before


def test_templates_move_freely_while_a_version_is_unreleased(tmp_path: Path) -> None:
    release = checkout_in(tmp_path / "clay-arch", FIRST, "unreleased", templates=FEW)
    assert release.keep_templates("--check").code == 0, "nothing is kept yet"

    release.keep_templates()
    _makefile(release).write_text("all:\n", encoding="utf-8")

    assert release.keep_templates("--check").code == 0


def test_a_release_without_an_archive_is_a_finding(released: Release) -> None:
    released.archive.unlink()

    ended = released.keep_templates("--check")

    assert ended.code == 1
    assert ended.err == f"the templates of {FIRST} are not kept: {FIRST}.tar.xz is missing\n"


def test_a_template_that_moved_after_the_release_is_a_finding(released: Release) -> None:
    assert released.keep_templates("--check").code == 0
    _makefile(released).write_text("all:\n", encoding="utf-8")

    ended = released.keep_templates("--check")

    assert ended.code == 1
    assert ended.err.startswith(f"templates/direct/Makefile is not as {FIRST} was released")
    assert len(ended.err.splitlines()) == 1


def test_a_template_that_may_no_longer_be_run_is_a_finding(released: Release) -> None:
    git(released.folder, "update-index", "--chmod=+x", "templates/direct/Makefile")

    assert released.keep_templates("--check").code == 1


def test_a_version_that_the_changelog_does_not_begin_with_is_a_finding(released: Release) -> None:
    changelog = released.folder / "CHANGELOG.md"
    changelog.write_text(changelog.read_text().replace(f"## {FIRST} ", "## 98.0.1 "))

    ended = released.keep_templates("--check")

    assert ended.code == 1
    assert f"CHANGELOG.md begins with 98.0.1, and clay_arch.__version__ is {FIRST}" in ended.err
    assert f"{FIRST}.tar.xz is of no version in CHANGELOG.md" in ended.err


def test_what_has_its_tag_is_never_kept_anew(released: Release) -> None:
    before = released.archive.read_bytes()
    git(released.folder, "tag", f"v{FIRST}")
    _makefile(released).write_text("all:\n", encoding="utf-8")

    ended = released.keep_templates()

    assert (ended.code, released.archive.read_bytes()) == (1, before)
    assert f"v{FIRST} is out" in ended.err


def test_a_link_among_the_templates_is_refused(released: Release) -> None:
    before = {path: path.read_bytes() for path in released.archive.parent.iterdir()}
    (released.template("direct") / "link").symlink_to("Makefile")
    git(released.folder, "add", "templates")

    ended = released.keep_templates()

    assert ended.code == 1
    assert ended.err.startswith("templates/direct/link is a link")
    assert {path: path.read_bytes() for path in released.archive.parent.iterdir()} == before
