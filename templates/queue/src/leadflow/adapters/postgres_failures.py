"""PostgreSQL's failures as ours, each with its remedy, and none with a password or a value in it.

The server's own words are repeated only where they speak of the server, never of a row.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from leadflow.domain.errors import LedgerBusy, LedgerDamaged, LedgerError, LedgerMismatch

__all__ = ["SEALED", "storing"]

SEALED = "LF001"  # what the seal of a store that has moved raises: the words are our own

LOST = (
    "the connection was lost, and with it perhaps the last change; "
    "check that the server runs, then run again"
)
# The longest beginning of the SQLSTATE that is listed here decides.
REMEDIES: dict[str, tuple[type[LedgerError], str]] = {
    "08": (LedgerError, LOST),
    "25006": (LedgerError, "it takes no changes; point DATABASE_URL at the primary server"),
    "3F000": (LedgerError, "there is no schema to keep tables in; create it, or correct its name"),
    "40": (LedgerBusy, "another process changed the same rows; run again"),
    "42501": (LedgerError, "its user may not do this; grant it the database"),
    "53100": (LedgerError, "its disk is full; free some space, then run again"),
    "53300": (LedgerError, "it takes no more connections; run fewer processes or raise its limit"),
    "53": (LedgerError, "it is out of resources; see its log, then run again"),
    "55P03": (LedgerBusy, "another process has held the same rows too long; run again"),
    "57014": (LedgerBusy, "a statement took longer than its statement_timeout; run again"),
    "57P04": (LedgerError, "the database was dropped; create it, or correct DATABASE_URL"),
    "57": (LedgerError, LOST),
    "58": (LedgerError, "it cannot use its files; see its log, then run again"),
    "XX": (LedgerDamaged, "its files are damaged; see its log, and restore a copy"),
}


@contextmanager
def storing(name: str) -> Iterator[None]:
    """Turn PostgreSQL's failures into ours, with the remedy."""
    try:
        yield
    except psycopg.errors.NumericValueOutOfRange as fault:
        raise OverflowError("a number is too large to be stored") from fault
    except psycopg.DataError as fault:
        raise ValueError("a value cannot be stored as it is") from fault
    except psycopg.Error as fault:
        raise _failure(fault, name) from fault


def _failure(fault: psycopg.Error, name: str) -> LedgerError:
    code = fault.sqlstate or ""
    if code == SEALED:
        return LedgerMismatch(fault.diag.message_primary or name)
    for length in (5, 2):
        if code[:length] in REMEDIES:
            kind, remedy = REMEDIES[code[:length]]
            return kind(f"cannot use {name}: {remedy}")
    if not code and isinstance(fault, psycopg.OperationalError):
        return LedgerError(f"cannot use {name}: {LOST}")
    what = f"{type(fault).__name__} {code}".rstrip()
    return LedgerError(f"cannot use {name}: {what}; see the log of the server")
