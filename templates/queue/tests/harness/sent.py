"""Leads that were sent, put into a ledger by hand; and what a ledger says has become of them."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence

from harness.people import Person
from harness.stores import Store
from leadflow.adapters.sql_journey import SqlJourney
from leadflow.domain.lead import identify

__all__ = ["have_sent", "in_database", "in_flight", "in_inbox"]

INTAKE = "INSERT INTO intake (file, started_at, new) VALUES ('leads.csv', ?, ?)"
LEAD = """
    INSERT INTO lead (lead_id, state, fields, intake_id, line, attempts, changed_at)
    SELECT ?, 'sent', CAST(? AS TEXT), max(intake_id), ?, 1, CAST(? AS DOUBLE PRECISION)
      FROM intake
"""
INBOX = "SELECT lead_id FROM inbox JOIN lead ON seq = lead_seq"
ENRICHED = "SELECT lead_id FROM enrichment"


def have_sent(store: Store, leads: Sequence[Person]) -> None:
    """Spare a test the minutes that sending thousands takes."""
    now = time.time()
    with store.open() as database, database.transaction():
        database.execute(INTAKE, (now, len(leads)))
        rows = [(identify(lead), json.dumps(lead), line, now) for line, lead in enumerate(leads, 2)]
        database.execute_many(LEAD, rows)


def in_inbox(store: Store) -> list[str]:
    """The lead of each stored callback."""
    return _all(store, INBOX)


def in_database(store: Store) -> list[str]:
    """The leads that the destination `database` holds."""
    return _all(store, ENRICHED)


def in_flight(store: Store, callback_timeout_seconds: float) -> int:
    with store.open_to_read() as database:
        return SqlJourney(database).journey(time.time(), callback_timeout_seconds).in_flight


def _all(store: Store, query: str) -> list[str]:
    with store.open_to_read() as database:
        return [value for (value,) in database.execute(query)]
