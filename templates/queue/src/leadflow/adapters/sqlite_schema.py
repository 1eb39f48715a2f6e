"""Which schema a SQLite file has, whether it is a ledger at all, and how it is taken forward."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from importlib.resources.abc import Traversable
from pathlib import Path

from leadflow.adapters.schema_files import latest_version, schema_files
from leadflow.domain.errors import LedgerMismatch

__all__ = ["check_is_current", "check_version", "take_forward"]

APPLICATION_ID = int.from_bytes(b"LFLL", "big")
# One statement, hence one moment: another process may be making the tables just now.
MARKS = """
    SELECT user_version, application_id, (SELECT count(*) FROM sqlite_schema)
      FROM pragma_user_version, pragma_application_id
"""


def take_forward(connection: sqlite3.Connection, *, version: int, schema: Traversable) -> None:
    """Apply what came after this version, inside the transaction that is open."""
    for number, text in schema_files(schema).items():
        if number > version:
            for statement in _statements(text):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number}")
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")


def check_version(connection: sqlite3.Connection, path: Path, *, schema: Traversable) -> int:
    """Tell the version, 0 for an empty file; refuse what is not ours or too new."""
    version, application, tables = connection.execute(MARKS).fetchone()
    if application != APPLICATION_ID and (application or tables):
        raise LedgerMismatch(f"{path} belongs to another program; change DATABASE_URL")
    latest = latest_version(schema)
    if version > latest:
        raise LedgerMismatch(
            f"{path} has schema {version}, this leadflow knows {latest}; upgrade leadflow"
        )
    return int(version)


def check_is_current(path: Path, version: int, *, schema: Traversable) -> None:
    """Taking an older ledger forward is for a command that writes: the older leadflow is lost."""
    latest = latest_version(schema)
    if version < latest:
        raise LedgerMismatch(
            f"{path} has schema {version}, this leadflow works with {latest}: "
            "copy the file, then `leadflow send` takes it forward"
        )


def _statements(text: str) -> Iterator[str]:
    """Split the text: executescript would end the transaction."""
    statement = ""
    for line in text.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
