"""The mark that a store bears: which variant wrote it last, and whether it may be used at all."""

from __future__ import annotations

from leadflow.adapters.arrival import VARIANT, arrive
from leadflow.adapters.database import Database
from leadflow.domain.errors import LedgerMismatch

__all__ = ["MOVED", "check_mark", "take_over"]

MARK = "SELECT copy_of, moved_to FROM store"
TAKE_OVER = "UPDATE store SET variant = ? WHERE variant <> ?"
MOVED = "{name} was copied to {place}, where it goes on: set DATABASE_URL to that store"
NOT_WHOLE = (
    "{name} is no whole copy of {source} yet: "
    "run `leadflow store copy` from there once more, which finishes it"
)


def check_mark(database: Database) -> None:
    """LedgerMismatch when the rows are elsewhere by now, or not all here yet."""
    copy_of, moved_to = database.execute(MARK).fetchone()
    if moved_to:
        raise LedgerMismatch(MOVED.format(name=database.name, place=moved_to))
    if copy_of:
        raise LedgerMismatch(NOT_WHOLE.format(name=database.name, source=copy_of))


def take_over(database: Database) -> None:
    """Check the mark; where another variant wrote last, do once what this one needs for a start."""
    with database.transaction():
        check_mark(database)
        if database.execute(TAKE_OVER, (VARIANT, VARIANT)).rowcount:
            arrive(database)
