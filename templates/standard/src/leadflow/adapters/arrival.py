"""What a ledger needs when this variant comes to it after another one, up or down the ladder."""

from __future__ import annotations

from leadflow.adapters.database import Database

__all__ = ["VARIANT", "arrive"]

VARIANT = "standard"


def arrive(_database: Database) -> None:
    """Nothing: it sends what waits, and leaves alone what it does not know."""
