"""The command in each test's own folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.process import Command

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(name="run")
def _run(tmp_path: Path) -> Command:
    return Command(tmp_path)
