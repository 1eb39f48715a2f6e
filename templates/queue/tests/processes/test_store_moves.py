"""The ledger moves to PostgreSQL while jobs wait in Redis and in the outbox: each is sent once."""

from __future__ import annotations

import json
from collections import Counter

from harness.journey import World
from harness.people import people
from harness.programs import account_of, enqueue, rows_at_clay, wait_until_sent, working
from harness.stores import Store

LEADS = 40
FIRST = 15


def test_jobs_go_on_with_the_ledger_that_moved(alone: World, postgres_url: str) -> None:
    alone.start_clay()
    assert enqueue(alone, people(LEADS - 5)).returncode == 0
    worker = working(alone)
    wait_until_sent(alone, FIRST)
    assert worker.stop() == 0
    assert enqueue(alone, people(LEADS)).returncode == 0  # the last five stay in the outbox
    before = account_of(alone)

    moved = alone.leadflow("store", "copy", "--to", postgres_url, "--format", "json")
    alone.workspace.environ["DATABASE_URL"] = postgres_url
    alone.store = Store("postgres", postgres_url)

    assert moved.returncode == 0, moved.stderr
    answer = json.loads(moved.stdout)
    assert answer["before"] == answer["after"]
    assert answer["tables"]["outbox"]["rows"] == 5
    assert account_of(alone) == before
    again = working(alone, name="work-again")
    wait_until_sent(alone, LEADS)
    assert again.stop() == 0
    assert Counter(Counter(rows_at_clay(alone)).values()) == {1: LEADS}


def test_a_worker_that_shares_the_ledger_has_to_end_first(shared: World) -> None:
    shared.start_clay()
    worker = working(shared)

    busy = shared.leadflow("store", "copy", "--to", "sqlite:///copy.sqlite")

    assert busy.returncode == 75
    assert "end `leadflow send`, `serve` and `work` first" in busy.stderr
    assert not (shared.workspace.folder / "copy.sqlite").exists()
    assert worker.stop() == 0
