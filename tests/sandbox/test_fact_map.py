"""Every wire fact is kept by a test or left open by a switch, and one command shows which."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from tests import fact_map

if TYPE_CHECKING:
    from pathlib import Path


def test_the_map_misses_nothing() -> None:
    shown = subprocess.run(
        [sys.executable, fact_map.__file__], capture_output=True, text=True, check=False
    )

    assert shown.returncode == 0, shown.stdout + shown.stderr
    assert "0 missing: none" in shown.stdout
    assert "MISSING" not in shown.stdout


def test_a_fact_without_test_or_switch_is_shown_as_missing() -> None:
    assert fact_map.describe("wire.news", "News", []) == ["wire.news  News", "    MISSING"]


def test_marks_on_tests_and_on_parameters_are_both_found(tmp_path: Path) -> None:
    (tmp_path / "test_some.py").write_text(
        '@pytest.mark.fact("wire.one")\n'
        '@pytest.mark.parametrize("x", [pytest.param(1, marks=pytest.mark.fact("wire.two"))])\n'
        "def test_it(x): ...\n"
    )

    assert fact_map.read_tests(tmp_path) == {
        "wire.two": ["test_some.py::test_it"],
        "wire.one": ["test_some.py::test_it"],
    }
