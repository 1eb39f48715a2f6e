"""No line of the owner's is lost, whichever way a project goes."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.migration.lines import lost_lines, overlap, write_lines
from tests.migration.projects import PAIRS, Living, fresh, project_in

if TYPE_CHECKING:
    from clay_arch.migration.outcome import Outcome

ANSWERS = ".clay-arch.yml"


class Climbed(NamedTuple):
    """A project with three lines of the owner's in every file, after it went from start to end."""

    start: str
    end: str
    living: Living
    edited: Path  # as it was before
    marks: list[str]
    outcome: Outcome


@pytest.fixture(
    name="climbed", scope="module", params=PAIRS, ids=lambda pair: f"{pair[0]}-{pair[1]}"
)
def _climbed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Climbed:
    start, end = request.param
    folder = tmp_path_factory.mktemp("lines")
    living = project_in(folder / "project", start)
    marks = write_lines(living)
    living.commit("The owner's lines")
    edited = Path(shutil.copytree(living.folder, folder / "edited"))
    return Climbed(start, end, living, edited, marks, living.climb(end))


def test_a_line_in_every_place_of_every_file_survives(climbed: Climbed) -> None:
    start = fresh(climbed.start)
    assert len(climbed.marks) == 3 * sum(path.is_file() for path in start.rglob("*"))

    assert lost_lines(climbed.living, climbed.marks) == []


def test_conflicts_are_unmerged_paths_with_all_three_texts(climbed: Climbed) -> None:
    unmerged = {path for path, letters in climbed.living.status().items() if letters == "UU"}

    assert {conflict.path for conflict in climbed.outcome.conflicts} == unmerged
    for path in unmerged:
        text = (climbed.living.folder / path).read_text(encoding="utf-8")
        for marker in ("<<<<<<< yours", f"||||||| {climbed.start} ", f">>>>>>> {climbed.end} "):
            assert marker in text


def test_a_conflict_is_only_where_both_changed_the_same_place(climbed: Climbed) -> None:
    """As git itself judges about each single file; what the new template lacks is kept."""
    mine, old, new = climbed.edited, fresh(climbed.start), fresh(climbed.end)
    paths = {p.relative_to(old).as_posix() for p in old.rglob("*") if p.is_file()}
    both = {path for path in paths if (new / path).is_file()}

    overlapping = {
        path for path in both - {ANSWERS} if overlap(mine / path, old / path, new / path)
    }

    assert {conflict.path for conflict in climbed.outcome.conflicts} == overlapping
    assert set(climbed.outcome.kept) == paths - both
