"""The inbox takes callbacks in: each is stored before it is answered.

Two processes may receive the same callback at once: the unique key lets one of them store it, and
the other hears that it is a duplicate only after the first has committed.
"""

from __future__ import annotations

from collections.abc import Sequence

from leadflow.adapters.database import Database, marks
from leadflow.adapters.many_rows import by_powers_of_two, insert_many
from leadflow.domain.inbox import Acceptance, Arrival

__all__ = ["accept"]

# The digest is cut: what is longer than 16 bytes makes the index longer and nothing safer.
DIGEST_DIGITS = 32
LEADS = "SELECT lead_id, seq FROM lead WHERE lead_id IN ({ids})"
ACCEPT = """
    INSERT INTO inbox (lead_seq, issued_at, digest, facts, received_at)
    VALUES {rows}
        ON CONFLICT (issued_at, lead_seq, digest) DO NOTHING
 RETURNING lead_seq, issued_at, digest
"""
Key = tuple[int, int, bytes]


def accept(database: Database, arrivals: Sequence[Arrival]) -> list[Acceptance]:
    """Store these, in their order; one answer each."""
    seqs = _seqs(database, sorted({arrival.lead_id for arrival in arrivals}))
    keys = [_key(seqs.get(arrival.lead_id), arrival) for arrival in arrivals]
    rows = [
        (*key, arrival.facts, arrival.received_at)
        for key, arrival in zip(keys, arrivals, strict=True)
        if key
    ]
    stored = insert_many(database, ACCEPT, rows)
    new = {(seq, issued_at, bytes(digest)) for part in stored for seq, issued_at, digest in part}
    return [_acceptance(key, new) for key in keys]


def _seqs(database: Database, lead_ids: Sequence[str]) -> dict[str, int]:
    rows = (
        database.execute(LEADS.format(ids=marks(some)), some) for some in by_powers_of_two(lead_ids)
    )
    return dict(row for found in rows for row in found)


def _key(seq: int | None, arrival: Arrival) -> Key | None:
    if seq is None:
        return None
    return seq, arrival.issued_at, bytes.fromhex(arrival.digest[:DIGEST_DIGITS])


def _acceptance(key: Key | None, new: set[Key]) -> Acceptance:
    if key is None:
        return Acceptance.NO_SUCH_LEAD
    if key not in new:
        return Acceptance.DUPLICATE
    new.remove(key)  # the same again in one batch is a duplicate, too
    return Acceptance.NEW
