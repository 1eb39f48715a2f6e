"""No line of the owner's is lost by an update, not even in files that it renames or removes."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.migration.lines import lost_lines, overlap, write_lines
from tests.migration.native import copier_update_loses
from tests.migration.projects import LADDER, PAIRS
from tests.migration.releases import MOVED, REMOVED

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.migration.projects import Living
    from tests.migration.releases import Release
    from tests.process import Ended

VALUES = {".clay-arch.yml"}  # its values are the template's, and all else in it is the owner's


def _with_lines(living: Living) -> list[str]:
    marks = write_lines(living)
    living.commit("The owner's lines")
    return marks


def _document(ended: Ended) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(ended.out)
    return found


def _files(folder: Path) -> set[str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix() for path in files}


@pytest.mark.slow
@pytest.mark.parametrize("variant", LADDER)
def test_a_line_in_every_place_of_every_file_survives_an_update(
    variant: str,
    first: Release,
    second: Release,
    living: Callable[[str], Living],
    tmp_path: Path,
) -> None:
    mine = living(variant)
    marks = _with_lines(mine)

    ended = second("update", cwd=mine.folder)
    native, of = copier_update_loses(first, second, variant, tmp_path / "native")

    lost = lost_lines(mine, marks)
    print(f"{variant}: clay-arch update loses {len(lost)} of {len(marks)} lines,")  # noqa: T201 - for pytest -rP
    print(f"  and copier update {len(native)} of {of}: {sorted(native)}")  # noqa: T201
    assert lost == []
    assert ended.code == 1, "some places were changed by both sides"


@pytest.mark.parametrize("variant", LADDER)
def test_a_conflict_is_only_where_both_sides_changed_the_same_place(
    variant: str,
    second: Release,
    living: Callable[[str], Living],
    made: Callable[[str], Path],
    tmp_path: Path,
) -> None:
    mine, old, new = living(variant), made(variant), tmp_path / "new"
    _with_lines(mine)
    edited = shutil.copytree(mine.folder, tmp_path / "edited")
    second("new", str(new), "--name", "acme-leads", "--variant", variant, cwd=tmp_path)

    outcome = _document(second("update", "--format", "json", cwd=mine.folder))

    was_at = {path: path for path in _files(old)} | {MOVED[1]: MOVED[0]}
    overlapping = {
        path
        for path in _files(new) - VALUES
        if path in was_at and overlap(edited / was_at[path], old / was_at[path], new / path)
    }
    conflicts = {conflict["path"] for conflict in outcome["conflicts"]}
    assert conflicts == overlapping
    assert {"README.md", "Makefile"} <= conflicts, "else there is nothing to tell apart"
    assert {path for path, letters in mine.status().items() if letters == "UU"} == conflicts
    assert set(outcome["kept"]) == set(REMOVED)


def test_edits_follow_a_file_that_was_renamed(
    second: Release, living: Callable[[str], Living]
) -> None:
    mine = living("direct")
    old, new = (mine.folder / path for path in MOVED)
    old.write_text(old.read_text() + "\n# ours\n")
    mine.commit("Ours")

    ended = second("update", cwd=mine.folder)

    assert (ended.code, old.exists()) == (0, False)
    assert "# The rhythm of what leaves." in new.read_text()
    assert new.read_text().endswith("# ours\n")


def test_an_edited_file_that_was_removed_is_kept_as_it_was(
    second: Release, living: Callable[[str], Living]
) -> None:
    mine = living("direct")
    edited, other = (mine.folder / path for path in REMOVED)
    edited.write_text(edited.read_text() + "\n# ours\n")
    mine.commit("Ours")
    before = edited.read_bytes()

    ended = second("update", cwd=mine.folder)

    assert (edited.read_bytes(), other.exists()) == (before, False)
    assert edited.name in ended.out


@pytest.mark.slow
@pytest.mark.parametrize(("start", "end"), PAIRS)
def test_no_line_is_lost_where_version_and_variant_change_in_one_step(
    start: str, end: str, second: Release, living: Callable[[str], Living]
) -> None:
    mine = living(start)
    marks = _with_lines(mine)

    ended = second("update", "--variant", end, cwd=mine.folder)

    assert ended.code in {0, 1}, ended.err
    assert lost_lines(mine, marks) == []


@pytest.mark.parametrize(
    "written",
    [
        "# ours\nvolume: '30'  # measured\nplan: growth\ninfra: none\n",
        "# ours\ninfra:\n  - none # measured\nplan: growth\nvolume: 900/month\n",
        "# ours\n# measured\n{volume: 900/month, plan: growth, infra: none}\n",
    ],
    ids=["a line each", "a list", "in one line"],
)
def test_the_owner_s_comments_stay_in_the_file_of_answers_when_an_answer_changes(
    written: str, second: Release, living: Callable[[str], Living]
) -> None:
    mine = living("direct")
    file = mine.folder / "docs/adr/answers.yaml"
    file.write_text(written, encoding="utf-8")
    mine.commit("Ours")
    words = ("--variant", "standard", "--plan", "pro", "--infra", "https")

    ended = second("update", *words, cwd=mine.folder)

    assert ended.code == 0, ended.err
    text = file.read_text()
    assert "# ours\n" in text
    answers = yaml.safe_load(text)
    assert (answers["plan"], answers["infra"]) == ("pro", "https")
    assert {*answers} == {"volume", "plan", "infra"}
