"""How much is waiting to be delivered, and for how long. Quick, as every scrape asks."""

from __future__ import annotations

from typing import NamedTuple

from leadflow.adapters.database import Database

__all__ = ["Depth", "Waiting", "depth", "waiting"]

DEPTH = """
    SELECT open.destination, open.state, deliveries, created_at
      FROM (
               SELECT destination, state, count(*) AS deliveries, min(delivery_id) AS oldest
                 FROM delivery
                WHERE due_at IS NOT NULL
                GROUP BY state, destination
           ) AS open
      JOIN delivery ON delivery_id = oldest
     ORDER BY open.destination, open.state
"""
WAITING = """
    SELECT destination, count(*), max(reason)
      FROM delivery
     WHERE state = 'waiting' AND due_at IS NOT NULL
     GROUP BY destination
     ORDER BY destination
"""


class Depth(NamedTuple):
    """How many deliveries to a destination are in one state, and how old the oldest is."""

    destination: str
    state: str
    deliveries: int
    oldest_seconds: float


def depth(database: Database, *, now: float) -> list[Depth]:
    """Count what is not done, by destination and state."""
    return [
        Depth(destination, state, count, max(0.0, now - created_at))
        for destination, state, count, created_at in database.execute(DEPTH)
    ]


class Waiting(NamedTuple):
    """How many deliveries wait for a destination, and an answer that put one of them off."""

    destination: str
    deliveries: int
    reason: str


def waiting(database: Database) -> list[Waiting]:
    """Say what each destination still has to take."""
    return [Waiting(*row) for row in database.execute(WAITING)]
