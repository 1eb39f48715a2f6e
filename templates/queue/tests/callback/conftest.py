from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.receiver import RunningReceiver, running_receiver


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[RunningReceiver]:
    """The real server as a process, around an inbox that keeps a file."""
    with running_receiver(tmp_path) as running:
        yield running


@pytest.fixture(scope="module")
def shared_receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningReceiver]:
    """One server for all tests of a file that leave nothing behind for each other."""
    with running_receiver(tmp_path_factory.mktemp("receiver")) as running:
        yield running
