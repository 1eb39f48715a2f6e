"""A queue, a ledger and a local Clay for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from clay_sandbox import RunningSandbox
from harness.queue_world import QueueWorld, queue_world
from harness.valkey import ValkeyPlace


@pytest.fixture
def alone(
    clay: Callable[..., RunningSandbox], valkey: ValkeyPlace, tmp_path: Path
) -> Iterator[QueueWorld]:
    """For one process: the ledger is a file."""
    url = f"sqlite:///{tmp_path / 'ledger.sqlite'}"
    with queue_world(clay(), valkey, url, tmp_path) as world:
        yield world


@pytest.fixture
def shared(
    clay: Callable[..., RunningSandbox], valkey: ValkeyPlace, postgres_url: str, tmp_path: Path
) -> Iterator[QueueWorld]:
    """For any number of processes: the ledger is in PostgreSQL."""
    with queue_world(clay(), valkey, postgres_url, tmp_path) as world:
        yield world
