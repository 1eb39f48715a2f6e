"""Both stores: a test that takes `store` or `database` runs on each of them.

`store` is a new, empty place, which `open()` makes into a ledger; `database` is one opened. As a
plugin of pytest this module brings the fixtures of harness.postgres, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path

import pytest

from harness.postgres import administrator, fresh_postgres, postgres_url
from leadflow.adapters import postgres_store, sqlite_store
from leadflow.adapters.database import Database
from leadflow.adapters.schema_files import SCHEMA

__all__ = ["Store", "administrator", "database", "postgres_url", "store"]


@dataclass(frozen=True, slots=True)
class Store:
    """A place to keep a ledger; `url` is what DATABASE_URL would hold."""

    kind: str
    url: str

    @property
    def path(self) -> Path:
        """The SQLite file."""
        return Path(self.url.removeprefix("sqlite:///"))

    def open(
        self, *, schema: Traversable = SCHEMA, for_copy: bool = False
    ) -> AbstractContextManager[Database]:
        if self.kind == "sqlite":
            return sqlite_store.open_store(self.path, schema=schema, for_copy=for_copy)
        return postgres_store.open_store(self.url, schema=schema, for_copy=for_copy)

    def open_to_read(
        self, *, schema: Traversable = SCHEMA, for_copy: bool = False
    ) -> AbstractContextManager[Database]:
        if self.kind == "sqlite":
            return sqlite_store.open_store_to_read(self.path, schema=schema, for_copy=for_copy)
        return postgres_store.open_store_to_read(self.url, schema=schema, for_copy=for_copy)


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "sqlite":
        yield Store("sqlite", f"sqlite:///{tmp_path / 'ledger.sqlite'}")
        return
    with fresh_postgres(request.config) as url:
        yield Store("postgres", url)


@pytest.fixture
def database(store: Store) -> Iterator[Database]:
    with store.open() as opened:
        yield opened
