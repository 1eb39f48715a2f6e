"""Which schema a SQLite file has, and whether it is a ledger at all."""

from __future__ import annotations

import sqlite3
from importlib.resources import files
from pathlib import Path

from leadflow.domain.errors import LedgerMismatch

__all__ = ["SCHEMA_VERSION", "check_version", "make_schema"]

SCHEMA_VERSION = 1
APPLICATION_ID = int.from_bytes(b"LFLL", "big")


def make_schema(connection: sqlite3.Connection) -> None:
    """Make version 1, inside the transaction that is open."""
    statement = ""  # one by one: executescript would end the transaction
    schema = files("leadflow.adapters").joinpath("schema.sql").read_text(encoding="utf-8")
    for line in schema.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            connection.execute(statement)
            statement = ""


def check_version(connection: sqlite3.Connection, path: Path) -> int:
    """Tell the version, 0 for an empty file; refuse what is not ours or too new."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if application != APPLICATION_ID and (application or tables):
        raise LedgerMismatch(f"{path} belongs to another program; change DATABASE_URL")
    if version > SCHEMA_VERSION:
        raise LedgerMismatch(
            f"{path} has schema {version}, this leadflow knows {SCHEMA_VERSION}; upgrade leadflow"
        )
    return int(version)
