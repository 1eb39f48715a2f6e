"""Events of a CRM that were taken: a CRM sends one again when it does not hear our answer."""

from __future__ import annotations

from collections.abc import Mapping

from leadflow.adapters.database import Database
from leadflow.adapters.many_rows import insert_many

__all__ = ["see"]

SEEN_SECONDS = 7 * 86_400  # a CRM tries again for three days at most
MOST_FORGOTTEN = 1_000  # at once: a commit stays short
SEE = """
    INSERT INTO crm_event (digest, seen_at)
    VALUES {rows}
        ON CONFLICT (digest) DO NOTHING
 RETURNING digest
"""
FORGET = """
    DELETE FROM crm_event
     WHERE digest IN (SELECT digest FROM crm_event WHERE seen_at < ? ORDER BY seen_at LIMIT ?)
"""


def see(database: Database, times: Mapping[bytes, float]) -> set[bytes]:
    """Note events, by digest and time of arrival; name those that are here for the first time."""
    if not times:
        return set()
    database.execute(FORGET, (min(times.values()) - SEEN_SECONDS, MOST_FORGOTTEN))
    noted = insert_many(database, SEE, sorted(times.items()))
    return {bytes(digest) for part in noted for (digest,) in part}
