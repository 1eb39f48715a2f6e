"""A connection to PostgreSQL as leadflow wants it: values as SQLite has them, silence noticed."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.adapt import AdaptersMap, Buffer, Loader
from psycopg.conninfo import conninfo_to_dict
from psycopg.types.numeric import Int2Dumper

from leadflow.domain.errors import LedgerError, SettingsError

__all__ = ["connect", "name_of"]

NOT_A_URL = (
    "DATABASE_URL is no PostgreSQL URL; "
    "write postgresql://user:password@host/database, with %40 for an @ in the password"
)
# What the URL says goes before.
DEFAULTS: dict[str, object] = {
    "application_name": "leadflow",
    "client_encoding": "UTF8",
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,  # milliseconds until a server that says nothing counts as lost
}


class NumberLoader(Loader):
    """A sum of whole numbers is a whole number."""

    def load(self, data: Buffer) -> int | float:
        text = bytes(data).decode()
        return int(text) if text.lstrip("-").isdecimal() else float(text)


ADAPTERS = AdaptersMap(psycopg.adapters)
ADAPTERS.register_dumper(bool, Int2Dumper)
ADAPTERS.register_loader("numeric", NumberLoader)


def connect(url: str) -> psycopg.Connection[Any]:
    """Connect, so that each statement commits by itself unless a transaction is begun."""
    options: dict[str, Any] = {**DEFAULTS, **_options(url)}
    try:
        return psycopg.connect(
            **options,
            autocommit=True,
            prepare_threshold=None,  # a pooler may hand the next transaction to another session
            context=ADAPTERS,
        )
    except psycopg.Error as fault:
        reason = str(fault).splitlines()[0].rpartition("failed: ")[2]
        raise LedgerError(
            f"cannot reach {name_of(url)}: {reason}; check DATABASE_URL and that the server runs"
        ) from fault


def name_of(url: str) -> str:
    """Write where a URL leads, without who may go there."""
    options = _options(url)
    return f"{options.get('host') or 'localhost'}/{options.get('dbname') or ''}"


def _options(url: str) -> dict[str, Any]:
    try:
        options = dict(conninfo_to_dict(url))
    except psycopg.ProgrammingError:
        options = None  # what libpq says of it repeats the password
    if options is None or "@" in str(options.get("host")):
        raise SettingsError([NOT_A_URL])
    return options
