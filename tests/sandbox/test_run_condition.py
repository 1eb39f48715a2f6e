"""Clay's "only run if", as much of it as the sandbox reads."""

from __future__ import annotations

import pytest

from clay_arch.sandbox import HttpApiColumn
from clay_arch.sandbox.run_condition import holds

ROW = {"icp_score": 85, "quoted": "85", "work_email": "", "Company Size": "11-50"}


@pytest.mark.fact("callback.skipped")
@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("icp_score >= 85", True),
        ("icp_score > 85", False),
        ("quoted == 85.0", True),
        ("quoted < 9", False),
        ("icp_score != 85", False),
        ("icp_score <= 100", True),
        ("Company Size == 11-50", True),
        ("Company Size == 1-10", False),
        ("work_email is empty", True),
        ("work_email is not empty", False),
        ("icp_score is not empty", True),
        ("no such column >= 0", False),
        ("work_email != ada", False),
    ],
)
def test_a_condition_compares_numbers_as_numbers_and_blanks_never_hold(
    condition: str, *, expected: bool
) -> None:
    assert holds(condition, ROW) is expected


@pytest.mark.parametrize("condition", ["", "icp_score", "icp_score =< 3", ">= 3"])
def test_a_condition_that_cannot_be_read_is_refused_when_the_column_is_made(condition: str) -> None:
    with pytest.raises(ValueError, match="write `column >= 50`"):
        HttpApiColumn(url="", body="", run_condition=condition)
