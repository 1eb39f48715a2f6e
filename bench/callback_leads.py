"""A ledger as `leadflow send` and a while of `leadflow serve` leave it, and the callbacks to come.

Every callback has a lead of its own, its own time of issue and a token that leadflow itself signed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from leadflow.bootstrap_store import open_store
from leadflow.domain.token import TokenKey, TokenRing, issue

if TYPE_CHECKING:
    from collections.abc import Iterator

AUDIENCE, KEY = "bench", TokenKey("b1", b"k" * 32)  # as in callback_targets.py
PER_SECOND = 5  # leads sent
LATE_SECONDS = 60  # how long enriching may take: callbacks come in about the order of sending
OLDEST_SECONDS = 6 * 86_400
FIRST = 10_000_000  # number of the first lead to be called back; those stored come before
SEED = 3
LEAD = """
    INSERT INTO lead (seq, lead_id, state, fields, intake_id, line, attempts, changed_at)
    VALUES (?, ?, 'sent', ?, 1, ?, 1, ?)
"""
EVENT = """
    INSERT INTO inbox (lead_seq, issued_at, digest, facts, received_at, state)
    VALUES (?, ?, ?, ?, ?, 'routed')
"""
QUICK = "PRAGMA synchronous = OFF; PRAGMA cache_size = -400000; PRAGMA journal_mode = MEMORY;"


def lead_fields(number: int) -> dict[str, str]:
    return {
        "first_name": f"Ada{number}",
        "last_name": "Lovelace",
        "email": f"ada.lovelace{number}@company{number % 5_000}.com",
        "company": f"Company {number % 5_000}",
    }


def lead_id(fields: dict[str, str]) -> str:
    return f"lead-{hashlib.sha256(fields['email'].encode()).hexdigest()[:32]}"


def facts_of(fields: dict[str, str], number: int) -> dict[str, object]:
    return {
        **fields,
        "work_email": fields["email"],
        "job_title": "Head of Engineering",
        "company_size": 50 + number % 900,
        "industry": "Computer software",
        "location": "London, England, United Kingdom",
        "linkedin_url": f"https://www.linkedin.com/in/ada-lovelace-{number}",
        "icp_score": 80 + number % 20,
    }


def issued_at(behind: int, *, now: float, chance: random.Random) -> int:
    """When the lead was sent that so many others were sent after."""
    age = behind / PER_SECOND + LATE_SECONDS + chance.uniform(0, LATE_SECONDS)
    return int(now - min(age, OLDEST_SECONDS))


def write_ledger(path: Path, *, stored: int, callbacks: int, now: float) -> None:
    with open_store(f"sqlite:///{path}"):
        pass
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.executescript(QUICK)
        database.execute("BEGIN")
        database.execute("INSERT INTO intake (file, started_at) VALUES ('leads.csv', ?)", (now,))
        database.executemany(LEAD, _leads(range(stored), now=now))
        database.executemany(LEAD, _leads(range(FIRST, FIRST + callbacks), now=now))
        database.executemany(EVENT, _events(stored, behind=callbacks, now=now))
        database.execute("COMMIT")
        database.execute("PRAGMA journal_mode = WAL")


def _leads(numbers: range, *, now: float) -> Iterator[tuple[object, ...]]:
    for number in numbers:
        fields = lead_fields(number)
        yield number, lead_id(fields), json.dumps(fields), number, now


def _events(count: int, *, behind: int, now: float) -> Iterator[tuple[object, ...]]:
    chance = random.Random(SEED)
    for number in range(count):
        facts = json.dumps(facts_of(lead_fields(number), number), sort_keys=True)
        issued = issued_at(behind + count - number, now=now, chance=chance)
        digest = hashlib.sha256(facts.encode()).digest()[:16]
        yield number, issued, digest, facts, issued + LATE_SECONDS


def write_bodies(path: Path, *, callbacks: int, now: float) -> None:
    ring, chance = TokenRing(AUDIENCE, (KEY,)), random.Random(SEED)
    with path.open("w", encoding="ascii") as file:
        for number in range(FIRST, FIRST + callbacks):
            fields = lead_fields(number)
            at = issued_at(FIRST + callbacks - number, now=now, chance=chance)
            token = issue(ring, lead_id=lead_id(fields), fields=fields, issued_at=at)
            body = {"correlation_token": token, **facts_of(fields, number)}
            file.write(f"{json.dumps(body)}\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ledger", type=Path, help="write a ledger there")
    parser.add_argument("--stored", type=int, default=0, help="callbacks it took already")
    parser.add_argument("--bodies", type=Path, help="write the callbacks to come, one a line")
    parser.add_argument("--callbacks", type=int, required=True, help="how many are to come")
    given, now = parser.parse_args(), time.time()
    if given.ledger:
        write_ledger(given.ledger, stored=given.stored, callbacks=given.callbacks, now=now)
    if given.bodies:
        write_bodies(given.bodies, callbacks=given.callbacks, now=now)


if __name__ == "__main__":
    main()
