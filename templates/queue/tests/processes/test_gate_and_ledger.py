"""Redis that has lost its numbers, and `leadflow send` beside workers: no call goes uncounted."""

from __future__ import annotations

import json
import time

from clay_sandbox import parse_fault
from harness.journey import World
from harness.people import people
from harness.postgres import Administrator
from harness.programs import (
    account_of,
    enqueue,
    has_said,
    posts,
    rows_at_clay,
    wait_until_sent,
    working,
)
from harness.server import Program, until
from harness.valkey import ValkeyPlace
from leadflow.adapters.postgres_lock import is_held

BUSY = 75
SLOW = parse_fault("latency,seconds=1")


def test_after_a_flush_nothing_is_sent_until_a_person_puts_the_numbers_back(
    either: World, valkey: ValkeyPlace
) -> None:
    either.start_clay()
    enqueue(either, people(2))
    worker = working(either)
    wait_until_sent(either, 2)

    valkey.flush()
    enqueue(either, people(5))
    has_said(worker, "gate init")
    shown = either.leadflow("gate", "show")
    mended = either.leadflow("gate", "init", "--yes")
    wait_until_sent(either, 5)

    assert (
        "uninitialised: Redis holds no numbers; `leadflow gate init` puts them there"
        in shown.stdout
    )
    assert mended.stdout.startswith("Redis counts 12 credits and 2 submissions again")
    assert len(rows_at_clay(either)) == 5
    assert worker.stop() == 0


def test_when_redis_is_lost_init_and_enqueue_without_a_file_send_what_still_waits(
    alone: World, valkey: ValkeyPlace
) -> None:
    alone.start_clay()
    enqueue(alone, people(1))
    worker = working(alone)
    wait_until_sent(alone, 1)
    alone.leadflow("gate", "isolate", "--reason", "so that jobs are in the queue")
    enqueue(alone, people(6))
    until(lambda: worker.metric("leadflow_queue_jobs", state="waiting") == 5, "in the queue")

    valkey.flush()
    alone.leadflow("gate", "init", "--yes")
    again = json.loads(alone.leadflow("enqueue", "--format", "json").stdout)
    wait_until_sent(alone, 6)

    assert again["again"] == {"waiting": 5}
    assert sorted(rows_at_clay(alone)) == sorted(set(rows_at_clay(alone)))
    assert alone.asks("status")["account"]["is_balanced"]
    assert worker.stop() == 0


def test_what_a_killed_worker_had_in_hand_when_redis_was_lost_is_found_out_about(
    either: World, valkey: ValkeyPlace
) -> None:
    either.start_clay(None, SLOW)
    enqueue(either, people(1))
    worker = working(either)
    until(lambda: states_of(either) == ["sending"], "in hand")
    worker.kill()
    valkey.flush()
    either.leadflow("gate", "init", "--yes")
    with either.store.open() as database, database.transaction():
        database.execute("UPDATE lead SET changed_at = changed_at - 61")

    again = json.loads(either.leadflow("enqueue", "--format", "json").stdout)
    worker.start()
    until(lambda: states_of(either) == ["unknown"], "found out")
    either.leadflow("enqueue", "--on-unknown", "retry")
    wait_until_sent(either, 1)

    assert again["again"] == {"waiting": 1}
    assert 1 <= len(rows_at_clay(either)) <= 2  # a second row was accepted by asking for it
    assert worker.stop() == 0


def states_of(world: World) -> list[str]:
    with world.store.open_to_read() as database:
        return [state for (state,) in database.execute("SELECT state FROM lead")]


def test_a_redis_that_says_nothing_is_not_waited_for_by_who_only_looks(
    alone: World, valkey: ValkeyPlace
) -> None:
    valkey.pause()

    started_at = time.monotonic()
    shown = alone.leadflow("gate", "show")
    took_seconds = time.monotonic() - started_at

    assert shown.returncode == BUSY
    assert "Redis does not answer in time" in shown.stderr
    assert took_seconds < 20


def test_numbers_of_another_time_are_shown_as_such_wherever_somebody_looks(alone: World) -> None:
    alone.start_clay()
    enqueue(alone, people(1))
    worker = working(alone)
    wait_until_sent(alone, 1)
    assert worker.stop() == 0
    with alone.store.open() as database, database.transaction():
        database.execute("UPDATE gate_epoch SET epoch = 'of-a-later-init'")
    enqueue(alone, people(2))
    worker.start()

    has_said(worker, "its mark is not the ledger's")
    shown = alone.leadflow("gate", "show")
    condemned = worker.metric("leadflow_gate_state", state="condemned")
    top = alone.leadflow("top", "--once")
    alone.leadflow("gate", "init", "--yes")
    wait_until_sent(alone, 2)

    assert "older: Redis counts less than was sent; `leadflow gate init`" in shown.stdout
    assert "reason: the mark in Redis is not the ledger's" in shown.stdout
    assert condemned == 1
    assert "its numbers are of another time" in top.stdout
    assert worker.stop() == 0


def test_send_beside_a_worker_is_refused_and_takes_nothing_in(either: World) -> None:
    either.start_clay(None, SLOW)
    enqueue(either, people(12))
    worker = working(either)
    wait_until_sent(either, 1)

    refused = either.leadflow("send", str(either.write(people(40))))
    without_file = either.leadflow("send")
    queued = enqueue(either, people(40))
    wait_until_sent(either, 40)

    for answer in (refused, without_file):
        assert answer.returncode == BUSY
        assert "`leadflow enqueue`" in answer.stderr + answer.stdout
        assert "unknown:" not in answer.stderr
    assert "queue: 28 leads put in" in queued.stdout
    assert account_of(either).unknown == 0
    assert len(rows_at_clay(either)) == 40
    assert worker.stop() == 0


def test_after_the_database_restarted_send_is_still_kept_away(
    shared: World, administrator: Administrator
) -> None:
    shared.start_clay()
    enqueue(shared, people(1))
    worker = working(shared)
    wait_until_sent(shared, 1)

    administrator.ends_every_connection()
    until(lambda: is_held(shared.store.url, role="queue"), "the place is taken again")
    refused = shared.leadflow("send", str(shared.write(people(2))))
    enqueue(shared, people(3))
    wait_until_sent(shared, 3)

    assert refused.returncode == BUSY
    assert worker.stop() == 0


def test_a_worker_that_starts_during_a_run_of_send_is_refused(either: World) -> None:
    either.start_clay(None, SLOW)
    leads = str(either.write(people(3)))
    sending = Program(either.workspace, ("send", leads), either.logs / "send.log")
    either.stack.callback(sending.end)
    sending.start()
    until(lambda: posts(either), "sending")

    refused = either.leadflow("work")

    assert refused.returncode == BUSY
    assert "a run of `leadflow send` is using the ledger; wait for it to end" in refused.stderr
    assert sending.process is not None
    assert sending.process.wait(30) == 0
    assert account_of(either).sent == 3


def test_the_gate_counts_what_a_run_of_send_has_sent(either: World) -> None:
    either.start_clay()
    enqueue(either, people(2))
    worker = working(either)
    wait_until_sent(either, 2)
    assert worker.stop() == 0

    assert either.send(people(5)) == 0
    enqueue(either, people(6))
    worker = working(either, name="work-again")
    wait_until_sent(either, 6)

    document = either.asks("gate", "show")
    assert [line["reserved"] for line in document["budget"]] == [36, 36, 24, 24]
    assert [line["used"] for line in document["webhooks"]] == [6]
    assert document["state"] == "closed"
    assert worker.stop() == 0
