from __future__ import annotations

import pytest

from harness.workspace import ROOT


@pytest.fixture
def nested_pytest(pytester: pytest.Pytester) -> pytest.Pytester:
    """A folder for tests that are to fail; they find the harness."""
    folders = " ".join(str(ROOT / part) for part in ("src", "tools", "tests"))
    pytester.makeini(f"[pytest]\npythonpath = {folders}\n")
    return pytester
