"""What is refused before anything is touched, each with its own sentence and what to type."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.migration.projects import ENVIRONMENT, Living, git, project_in, snapshot
from tests.process import Command

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ANSWERS_FILE = ".clay-arch.yml"


def _unmerged(living: Living) -> None:
    """A merge that git could not finish."""
    readme = living.folder / "README.md"
    git(living.folder, "checkout", "--quiet", "-b", "side")
    readme.write_text("theirs\n")
    living.commit()
    git(living.folder, "checkout", "--quiet", "main")
    readme.write_text("mine\n")
    living.commit()
    words = ["git", "merge", "--quiet", "side"]
    subprocess.run(words, cwd=living.folder, env=ENVIRONMENT, capture_output=True, check=False)


def _cherry_pick(living: Living) -> None:
    head = git(living.folder, "rev-parse", "HEAD").strip()
    (living.folder / ".git" / "CHERRY_PICK_HEAD").write_text(f"{head}\n")


def _modified(living: Living) -> None:
    (living.folder / "README.md").write_text("mine\n")


def _staged(living: Living) -> None:
    _modified(living)
    git(living.folder, "add", "README.md")


def _removed(living: Living) -> None:
    (living.folder / "README.md").unlink()


def _unknown(living: Living) -> None:
    (living.folder / "notes.txt").write_text("mine\n")


def _answers_missing(living: Living) -> None:
    git(living.folder, "rm", "--quiet", ANSWERS_FILE)
    living.commit()


def _answers_uncommitted(living: Living) -> None:
    git(living.folder, "rm", "--quiet", "--cached", ANSWERS_FILE)
    git(living.folder, "commit", "--quiet", "--message", "Without it")


def _assume_unchanged(living: Living) -> None:
    git(living.folder, "update-index", "--assume-unchanged", "README.md")
    (living.folder / "README.md").write_text("mine, and git does not see it\n")


def _skip_worktree(living: Living) -> None:
    git(living.folder, "update-index", "--skip-worktree", "README.md")
    (living.folder / "README.md").write_text("mine, and git does not see it\n")


def _no_repository(living: Living) -> None:
    shutil.rmtree(living.folder / ".git")


def _no_commit(living: Living) -> None:
    _no_repository(living)
    git(living.folder, "init", "--quiet")


def _no_such_folder(living: Living) -> None:
    living.folder.rename(living.folder.parent / "elsewhere")


REFUSED: dict[str, tuple[Callable[[Living], None], str]] = {
    "no repository": (_no_repository, "type: git init && git add -A && git commit"),
    "no commit": (_no_commit, "has no commit yet"),
    "no such folder": (_no_such_folder, "--project"),
    "answers file missing": (_answers_missing, "has no .clay-arch.yml"),
    "answers file uncommitted": (_answers_uncommitted, ".clay-arch.yml is not committed"),
    "modified": (_modified, "not committed: README.md"),
    "staged": (_staged, "not committed: README.md"),
    "removed": (_removed, "not committed: README.md"),
    "unknown to git": (_unknown, "not committed: notes.txt"),
    "merge": (_unmerged, "a merge is under way"),
    "cherry-pick": (_cherry_pick, "a cherry-pick is under way"),
    "assume-unchanged": (_assume_unchanged, "look away from README.md"),
    "skip-worktree": (_skip_worktree, "look away from README.md"),
}


@pytest.mark.parametrize("state", REFUSED)
def test_a_project_that_git_could_not_give_back_is_refused_and_left_as_it_is(
    state: str, tmp_path: Path
) -> None:
    spoil, message = REFUSED[state]
    spoil(project_in(tmp_path / "project"))
    before = snapshot(tmp_path)

    ended = Command(tmp_path)("migrate", "standard", "--project", "project")

    assert (ended.code, ended.out, ended.err.count("\n")) == (4, "", 1)
    assert message in ended.err
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize(
    ("spoil", "state"), [(_no_repository, "no repository"), (_no_commit, "no commit")]
)
def test_what_the_message_says_to_type_is_enough(
    spoil: Callable[[Living], None], state: str, tmp_path: Path
) -> None:
    living = project_in(tmp_path / "project")
    spoil(living)
    refused = Command(living.folder)("migrate", "direct")
    found = re.search(r"type: (.*)$", refused.err)
    assert found, state

    subprocess.run(found[1], shell=True, cwd=living.folder, env=ENVIRONMENT, check=True)  # noqa: S602 - typed as it stands

    ended = Command(living.folder)("migrate", "direct")
    assert (ended.code, ended.out) == (0, "direct 0.1.0: nothing to change\n")


def test_without_git_there_is_no_migration(tmp_path: Path) -> None:
    living = project_in(tmp_path / "project")
    (tmp_path / "bin").mkdir()

    ended = Command(living.folder)("migrate", "standard", env={"PATH": str(tmp_path / "bin")})

    assert (ended.code, ended.err.count("\n")) == (4, 1)
    assert "git is not installed" in ended.err
    assert living.status() == {}


def test_a_git_that_is_too_old_is_refused(tmp_path: Path) -> None:
    living = project_in(tmp_path / "project")
    old = tmp_path / "bin" / "git"
    old.parent.mkdir()
    old.write_text("#!/bin/sh\necho git version 2.34.1\n")
    old.chmod(0o755)

    ended = Command(living.folder)("migrate", "standard", env={"PATH": f"{old.parent}:/bin"})

    assert (ended.code, ended.err.count("\n")) == (4, 1)
    assert "git version 2.34.1 is too old; install git 2.38 or newer" in ended.err
    assert living.status() == {}


@pytest.mark.parametrize(
    ("line", "written", "message"),
    [
        (2, "variant: sideways", "variant must be one of direct, standard, queue"),
        (3, "clay_arch_version: [1]", "clay_arch_version must be a version"),
        (5, "  project_name: [a]", "answers must be texts by question"),
        (2, "variant: &a direct", "anchors"),
    ],
)
def test_an_answers_file_that_was_spoilt_is_refused_with_its_line(
    line: int, written: str, message: str, tmp_path: Path
) -> None:
    living = project_in(tmp_path / "project")
    file = living.folder / ANSWERS_FILE
    lines = file.read_text().splitlines()
    lines[line - 1] = written
    file.write_text("\n".join(lines) + "\n")
    living.commit("Spoilt")

    ended = Command(living.folder)("migrate", "standard")

    assert (ended.code, ended.out) == (2, "")
    assert message in ended.err
    assert f"{ANSWERS_FILE}:" in ended.err
    assert living.status() == {}


def test_an_answer_that_the_template_cannot_take_is_refused(tmp_path: Path) -> None:
    living = project_in(tmp_path / "project")
    file = living.folder / ANSWERS_FILE
    file.write_text(file.read_text().replace('"acme-leads"', '"Acme Leads"'))
    living.commit("Spoilt")

    ended = Command(living.folder)("migrate", "standard")

    assert (ended.code, ended.out) == (2, "")
    assert "project_name" in ended.err
    assert living.status() == {}


def test_a_variant_that_is_none_is_refused(tmp_path: Path) -> None:
    living = project_in(tmp_path / "project")

    ended = Command(living.folder)("migrate", "sideways")

    assert (ended.code, ended.err.count("\n")) == (2, 1)
    assert "VARIANT: 'sideways' is not one of direct, standard, queue" in ended.err
