"""Bodies that came with the right secret and could not be taken, for a person to look at."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from leadflow.adapters.database import Database

__all__ = ["QuarantineNote", "SqlQuarantine"]

PUT = """
    INSERT INTO quarantine (digest, body, reason, first_at, last_at) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (digest) DO UPDATE
       SET times   = quarantine.times + 1,
           reason  = excluded.reason,
           last_at = excluded.last_at
"""
NOTE = "quarantine_id, reason, times, length(body), first_at, last_at"
LISTING = f"SELECT {NOTE} FROM quarantine ORDER BY last_at DESC, quarantine_id DESC LIMIT ?"  # noqa: S608 - our own names
SHOW = f"SELECT {NOTE}, body FROM quarantine WHERE quarantine_id = ?"  # noqa: S608 - our own names
COUNT = "SELECT count(*) FROM quarantine"


class QuarantineNote(NamedTuple):
    """One body, without what it says about anybody."""

    quarantine_id: int
    reason: str
    times: int
    bytes: int
    first_at: float
    last_at: float


class SqlQuarantine:
    """Keeps each body once, however often it comes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, body: bytes, *, reason: str, now: float) -> None:
        digest = hashlib.sha256(body).digest()
        self._database.execute(PUT, (digest, body, reason, now, now))

    def count(self) -> int:
        (count,) = self._database.execute(COUNT).fetchone()
        return int(count)

    def listing(self, *, limit: int) -> list[QuarantineNote]:
        """The latest first."""
        return [QuarantineNote(*row) for row in self._database.execute(LISTING, (limit,))]

    def show(self, quarantine_id: int) -> tuple[QuarantineNote, bytes] | None:
        row = self._database.execute(SHOW, (quarantine_id,)).fetchone()
        if row is None:
            return None
        *note, body = row
        return QuarantineNote(*note), bytes(body)
