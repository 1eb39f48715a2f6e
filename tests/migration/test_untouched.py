"""A project that nobody edited becomes what `clay-arch new` would have made, and back again."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from tests.migration.projects import LADDER, PAIRS, Living, fresh, project_in

if TYPE_CHECKING:
    from pathlib import Path

ROUNDS = (  # each begins where it ends; together they go every way there is
    ("direct", "standard", "direct"),
    ("direct", "queue", "standard", "queue", "direct"),
)


def _files(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Content and permissions of every file but git's."""
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), path.stat().st_mode)
        for path in Living(folder).paths()
    }


@pytest.mark.parametrize("rungs", ROUNDS, ids="-".join)
def test_at_each_rung_it_equals_a_fresh_project_byte_for_byte(
    rungs: tuple[str, ...], tmp_path: Path
) -> None:
    living = project_in(tmp_path / "project", rungs[0])

    for rung in rungs[1:]:
        outcome = living.climb(rung)

        assert _files(living.folder) == _files(fresh(rung))
        assert outcome.is_change
        assert [*outcome.conflicts, *outcome.kept, *outcome.merged, *outcome.flagged] == []
        living.commit(f"Now {rung}")


def test_the_rounds_go_every_way_there_is() -> None:
    assert {way for rungs in ROUNDS for way in pairwise(rungs)} == set(PAIRS)


@pytest.mark.parametrize("rung", LADDER)
def test_to_its_own_variant_there_is_nothing_to_change(rung: str, tmp_path: Path) -> None:
    living = project_in(tmp_path / "project", rung)

    outcome = living.climb(rung)

    assert not outcome.is_change
    assert _files(living.folder) == _files(fresh(rung))
    assert living.status() == {}
