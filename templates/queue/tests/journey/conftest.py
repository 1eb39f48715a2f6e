from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.journey import World, world_in


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Everything around a ledger in a file; its logs are searched in the end."""
    with world_in(tmp_path) as made:
        yield made
