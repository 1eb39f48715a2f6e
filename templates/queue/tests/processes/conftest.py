from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.journey import World, world_in
from harness.stores import Store
from harness.valkey import ValkeyPlace


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[World]:
    """A project as it is generated: the ledger is a file, and there is no Redis."""
    with world_in(tmp_path) as made:
        yield made


@pytest.fixture
def alone(tmp_path: Path, valkey: ValkeyPlace) -> Iterator[World]:
    """One machine: the ledger is a file."""
    with world_in(tmp_path) as made:
        made.workspace.environ["REDIS_URL"] = valkey.url
        yield made


@pytest.fixture
def shared(tmp_path: Path, valkey: ValkeyPlace, postgres_url: str) -> Iterator[World]:
    """Many machines: the ledger is in PostgreSQL."""
    with world_in(tmp_path, url=postgres_url) as made:
        made.workspace.environ["REDIS_URL"] = valkey.url
        yield made


@pytest.fixture
def either(tmp_path: Path, valkey: ValkeyPlace, store: Store) -> Iterator[World]:
    """On one store, and then on the other."""
    with world_in(tmp_path, url=store.url) as made:
        made.workspace.environ["REDIS_URL"] = valkey.url
        yield made
