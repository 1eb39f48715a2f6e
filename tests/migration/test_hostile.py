"""Surroundings that other tools trip over: a project in them goes up whole, and loses nothing."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.migration.projects import Living, fresh, git, project_in, snapshot
from tests.process import Command

if TYPE_CHECKING:
    from tests.process import Ended

ADR = "docs/adr/0001-clay-integration-standard.md"
HOOKS = (
    "pre-commit",
    "post-checkout",
    "post-index-change",
    "post-merge",
    "pre-merge-commit",
    "reference-transaction",
)


def _files(living: Living) -> dict[str, bytes]:
    """Every file but git's and the decision record."""
    found = {p.relative_to(living.folder).as_posix(): p.read_bytes() for p in living.paths()}
    found.pop(ADR, None)
    return found


def _migrate(living: Living, **env: str) -> Ended:
    return Command(living.folder)("migrate", "standard", env=env)


def _is_standard(living: Living) -> bool:
    return _files(living) == _files(Living(fresh("standard")))


def test_files_that_git_ignores_are_not_touched(tmp_path: Path) -> None:
    living = project_in(tmp_path / "project")
    mine = {".env": "SECRET=1\n", "leadflow.sqlite": "ledger", "results/report.csv": "rows"}
    for path, text in mine.items():
        (living.folder / path).parent.mkdir(exist_ok=True)
        (living.folder / path).write_text(text)

    assert _migrate(living).code == 0

    assert {path: (living.folder / path).read_text() for path in mine} == mine


@pytest.mark.parametrize("path", ["routes.yaml", "tests/callback"], ids=["file", "link"])
def test_an_ignored_file_in_the_place_of_a_new_one_stays_and_is_told(
    tmp_path: Path, path: str
) -> None:
    """Git itself would write over it, or through the link."""
    living = project_in(tmp_path / "project")
    is_folder = "/" in path
    with (living.folder / ".git" / "info" / "exclude").open("a") as file:
        file.write(f"{path}\n")
    (tmp_path / "mine").mkdir()
    place = living.folder / path
    if is_folder:
        place.symlink_to(tmp_path / "mine")
    else:
        place.write_text("mine\n")

    ended = _migrate(living)

    assert ended.code == 0, ended.err
    assert "a file of yours that git ignores is in its place" in ended.out
    assert list((tmp_path / "mine").iterdir()) == []
    assert place.is_symlink() if is_folder else place.read_text() == "mine\n"
    assert not [known for known in living.status() if known.startswith(path)]


def test_in_a_monorepo_only_the_project_changes(tmp_path: Path) -> None:
    top = Living(tmp_path / "mono")
    for folder in ("services/leads", "services/other"):
        shutil.copytree(fresh("direct"), top.folder / folder)
    git(top.folder, "init", "--quiet")
    top.commit("As they were made")
    (top.folder / "services" / "notes.txt").write_text("git does not know it\n")
    other = snapshot(top.folder / "services" / "other")
    living = Living(top.folder / "services" / "leads")

    ended = _migrate(living)

    assert ended.code == 0, ended.err
    assert _is_standard(living)
    assert snapshot(top.folder / "services" / "other") == other
    changed = {path for path, letters in top.status().items() if letters != "??"}
    assert all(path.startswith("services/leads/") for path in changed)


def test_in_a_linked_work_tree_the_main_one_is_not_touched(tmp_path: Path) -> None:
    main = project_in(tmp_path / "main")
    git(main.folder, "worktree", "add", "--quiet", "-b", "side", str(tmp_path / "side"))
    before, status = _files(main), main.status()
    living = Living(tmp_path / "side")

    assert _migrate(living).code == 0

    assert _is_standard(living)
    assert (_files(main), main.status()) == (before, status)


def test_hooks_do_not_run(tmp_path: Path) -> None:
    living = project_in(tmp_path / "project")
    for name in HOOKS:
        hook = living.folder / ".git" / "hooks" / name
        hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/{name}.ran\nexit 1\n")
        hook.chmod(0o755)

    assert _migrate(living).code == 0

    assert list(tmp_path.glob("*.ran")) == []
    assert _is_standard(living)


def test_no_identity_is_needed(tmp_path: Path) -> None:
    living = project_in(tmp_path / "project")
    git(living.folder, "config", "user.useConfigOnly", "true")

    ended = _migrate(living, HOME=str(tmp_path), GIT_CONFIG_GLOBAL=os.devnull, EMAIL="")

    assert ended.code == 0, ended.err
    assert _is_standard(living)


def test_line_ends_of_windows_make_no_conflict(tmp_path: Path) -> None:
    living = project_in(tmp_path / "project")
    git(living.folder, "config", "core.autocrlf", "true")
    git(living.folder, "rm", "--quiet", "--cached", "-r", ".")
    git(living.folder, "reset", "--quiet", "--hard")
    assert b"\r\n" in (living.folder / "README.md").read_bytes()

    ended = _migrate(living)

    assert ended.code == 0, ended.err
    assert b"\r\n" in (living.folder / "routes.yaml").read_bytes()
    unix = {path: content.replace(b"\r\n", b"\n") for path, content in _files(living).items()}
    assert unix == _files(Living(fresh("standard")))


def test_settings_of_git_that_change_its_answers_change_nothing(tmp_path: Path) -> None:
    living = project_in(tmp_path / "project")
    for name, value in {
        "status.showUntrackedFiles": "no",
        "status.relativePaths": "false",
        "core.quotePath": "true",
        "merge.conflictStyle": "merge",
        "merge.renames": "false",
        "core.fileMode": "false",
        "core.safecrlf": "true",
        "color.ui": "always",
        "core.pager": "false",
    }.items():
        git(living.folder, "config", name, value)

    assert _migrate(living).code == 0

    assert _is_standard(living)


@pytest.mark.parametrize("where", ["absolute", "relative"])
def test_variables_of_another_repository_are_not_believed(tmp_path: Path, where: str) -> None:
    living, other = project_in(tmp_path / "project"), project_in(tmp_path / "other")
    git(other.folder, "config", "core.fileMode", "false")  # then Copier would write its index
    before = snapshot(other.folder)
    folder = other.folder if where == "absolute" else Path("../other")

    ended = _migrate(
        living,
        GIT_DIR=str(folder / ".git"),
        GIT_WORK_TREE=str(folder),
        GIT_INDEX_FILE=str(folder / ".git" / "index"),
        GIT_OBJECT_DIRECTORY=str(folder / ".git" / "objects"),
        GIT_CONFIG_COUNT="1",
        GIT_CONFIG_KEY_0="core.bare",
        GIT_CONFIG_VALUE_0="true",
        GIT_EXTERNAL_DIFF="false",
        GIT_LITERAL_PATHSPECS="0",
    )

    assert ended.code == 0, ended.err
    assert _is_standard(living)
    assert snapshot(other.folder) == before


def test_on_a_detached_head_it_works_the_same(tmp_path: Path) -> None:
    living = project_in(tmp_path / "project")
    git(living.folder, "checkout", "--quiet", "--detach")

    assert _migrate(living).code == 0

    assert _is_standard(living)


@pytest.mark.parametrize("name", ["[x] \u00fc:\"'", ":(top)", "-n", "a\\b"])
def test_a_folder_may_have_any_name(tmp_path: Path, name: str) -> None:
    top = Living(tmp_path / "with: colon")
    shutil.copytree(fresh("direct"), top.folder / name)
    git(top.folder, "init", "--quiet")
    top.commit("As it was made")
    living = Living(top.folder / name)

    ended = _migrate(living)

    assert ended.code == 0, ended.err
    assert _is_standard(living)


def test_files_of_any_name_stay_as_they_are(tmp_path: Path) -> None:
    living = project_in(tmp_path / "project")
    names = [b"caf\xc3\xa9.md", b"latin-\xe9.md", b"two\nlines.md", b'"quoted"\t.md', b"-n", b":x"]
    places = {Path(os.fsdecode(bytes(living.folder) + b"/" + name)): name for name in names}
    for place, name in places.items():
        place.write_bytes(name)
    living.commit("Odd names")

    ended = _migrate(living)

    assert ended.code == 0, ended.err
    assert {place: place.read_bytes() for place in places} == places


def test_a_project_may_be_named_through_a_link(tmp_path: Path) -> None:
    living = project_in(tmp_path / "project")
    (tmp_path / "link").symlink_to("project")

    ended = Command(tmp_path)("migrate", "standard", "--project", "link")

    assert ended.code == 0, ended.err
    assert _is_standard(living)
