"""Beside Copier's own way from variant to variant, in one run; `pytest -rP` shows the figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.migration.lines import lost_lines, write_lines
from tests.migration.native_ladder import copier_changes_variant
from tests.migration.projects import PAIRS, project_in

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.slow
@pytest.mark.parametrize(("start", "end"), PAIRS)
def test_a_migration_loses_no_line_of_those_that_copier_update_is_given(
    start: str, end: str, tmp_path: Path
) -> None:
    living = project_in(tmp_path / "ours", start)
    marks = write_lines(living)
    living.commit("The owner's lines")
    living.climb(end)
    mine = lost_lines(living, marks)

    (tmp_path / "native").mkdir()
    native, of = copier_changes_variant(start, end, tmp_path / "native")

    way, files = f"{start} to {end}", {mark.split()[-2] for mark in native}
    print(f"{way}: clay-arch migrate loses {len(mine)} of {len(marks)} lines,")  # noqa: T201 - for pytest -rP
    print(f"  and copier update {len(native)} of {of}, in {len(files)} files")  # noqa: T201
    assert mine == []
