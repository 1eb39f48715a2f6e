"""What gate and ledger have reserved of a day's credits, looked at again and again."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import psycopg
import redis

from harness.valkey import ValkeyPlace
from leadflow.adapters.redis_terms import GateKeys

__all__ = ["Reservations", "watched_reservations"]

EVERY_SECONDS = 0.2
LEDGER = "SELECT coalesce(max(credits), 0) FROM budget WHERE length(period) = 10"


@dataclass
class Reservations:
    """In credits, one for each look; a Redis that is away says nothing."""

    gate: list[float] = field(default_factory=list)
    ledger: list[float] = field(default_factory=list)

    @property
    def most(self) -> float:
        return max(*self.gate, *self.ledger)


@contextmanager
def watched_reservations(
    valkey: ValkeyPlace, database: str, namespace: str
) -> Iterator[Reservations]:
    """Look until the end, and once more there; only the calendar's days count, not its months."""
    found, ended = Reservations(), threading.Event()
    faults: list[Exception] = []

    def watch() -> None:
        try:
            with psycopg.connect(database, autocommit=True) as ledger:
                is_last = False
                while not is_last:
                    is_last = ended.wait(EVERY_SECONDS)
                    _look(found, valkey, ledger, GateKeys.of(namespace).budget)
        except Exception as fault:  # noqa: BLE001 - the test is to fail of it, and not this thread
            faults.append(fault)

    watching = threading.Thread(target=watch, name="reservations", daemon=True)
    watching.start()
    try:
        yield found
    finally:
        ended.set()
        watching.join(30)
    assert faults == []


def _look(
    found: Reservations, valkey: ValkeyPlace, ledger: psycopg.Connection[tuple[int]], key: str
) -> None:
    row = ledger.execute(LEDGER).fetchone()
    assert row is not None
    found.ledger.append(row[0] / 1_000)
    with suppress(redis.RedisError):
        held = valkey.does("HGETALL", key)
        days = [int(held[name]) for name in held if len(name) == len("2026-11-23:credits")]
        found.gate.append(max(days, default=0) / 1_000)
