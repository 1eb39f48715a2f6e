"""No line of the owner's is lost, whichever way a project goes."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.migration.projects import PAIRS, Living, fresh, project_in

if TYPE_CHECKING:
    from pathlib import Path

    from clay_arch.migration.outcome import Outcome

PLACES = ("top", "middle", "end")
ANSWERS = ".clay-arch.yml"


class Climbed(NamedTuple):
    """A project with three lines of the owner's in every file, after it went from start to end."""

    start: str
    end: str
    living: Living
    marks: list[str]
    outcome: Outcome


@pytest.fixture(
    name="climbed", scope="module", params=PAIRS, ids=lambda pair: f"{pair[0]}-{pair[1]}"
)
def _climbed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Climbed:
    start, end = request.param
    living = project_in(tmp_path_factory.mktemp("lines") / "project", start)
    marks = write_lines(living)
    living.commit("The owner's lines")
    return Climbed(start, end, living, marks, living.climb(end))


def write_lines(living: Living) -> list[str]:
    """One line at the top, one in the middle and one at the end of every file; give all."""
    marks = []
    for file in sorted(living.paths()):
        path = file.relative_to(living.folder).as_posix()
        lines = file.read_text(encoding="utf-8").splitlines()
        top, middle, end = (f"# owner's line at the {place} of {path} #" for place in PLACES)
        half = len(lines) // 2
        text = [top, *lines[:half], middle, *lines[half:], end]
        file.write_text("\n".join(text) + "\n", encoding="utf-8")
        marks += [top, middle, end]
    return marks


def test_a_line_in_every_place_of_every_file_survives(climbed: Climbed) -> None:
    start = fresh(climbed.start)
    assert len(climbed.marks) == 3 * sum(path.is_file() for path in start.rglob("*"))

    text = "\n".join(path.read_text(encoding="utf-8") for path in climbed.living.paths())

    assert [mark for mark in climbed.marks if mark not in text] == []


def test_conflicts_are_unmerged_paths_with_all_three_texts(climbed: Climbed) -> None:
    unmerged = {path for path, letters in climbed.living.status().items() if letters == "UU"}

    assert {conflict.path for conflict in climbed.outcome.conflicts} == unmerged
    for path in unmerged:
        text = (climbed.living.folder / path).read_text(encoding="utf-8")
        for marker in ("<<<<<<< yours", f"||||||| {climbed.start} ", f">>>>>>> {climbed.end} "):
            assert marker in text


def test_a_conflict_is_only_where_both_changed_the_same_place(climbed: Climbed) -> None:
    """As git itself judges about each single file; what the new template lacks is kept."""
    mine, old, new = climbed.living.folder, fresh(climbed.start), fresh(climbed.end)
    paths = {p.relative_to(old).as_posix() for p in old.rglob("*") if p.is_file()}
    both = {path for path in paths if (new / path).is_file()}

    overlapping = {
        path for path in both - {ANSWERS} if _overlap(mine, path, old / path, new / path)
    }

    assert {conflict.path for conflict in climbed.outcome.conflicts} == overlapping
    assert set(climbed.outcome.kept) == paths - both


def _overlap(project: Path, path: str, base: Path, theirs: Path) -> bool:
    words = ["git", "merge-file", "-p", "-", str(base), str(theirs)]
    committed = subprocess.run(
        ["git", "show", f"HEAD:{path}"], cwd=project, capture_output=True, check=True
    ).stdout
    mine = project / ".git" / "mine"
    mine.write_bytes(committed)
    words[3] = str(mine)
    return subprocess.run(words, capture_output=True, check=False).returncode != 0
