"""What SIGTERM does to the programs of the Queue while they are at work."""

from __future__ import annotations

import json
import time

import pytest

from clay_sandbox import parse_fault
from harness.journey import World
from harness.people import people
from harness.programs import (
    SECRET_OF_FORMS,
    account_of,
    enqueue,
    has_said,
    post,
    rows_at_clay,
    working,
)
from harness.server import until
from harness.valkey import ValkeyPlace
from leadflow.adapters.sql_outbox import SqlOutbox

HEADERS = [("Content-Type", "application/json"), ("Authorization", f"Bearer {SECRET_OF_FORMS}")]


@pytest.mark.case(47)
def test_a_worker_with_jobs_in_hand_finishes_them_and_ends(
    alone: World, valkey: ValkeyPlace
) -> None:
    alone.workspace.environ["SEND_TIMEOUT_SECONDS"] = "10"
    alone.start_clay(None, parse_fault("latency,seconds=3"))
    enqueue(alone, people(20))
    worker = working(alone)
    until(lambda: worker.metric("leadflow_queue_jobs", state="active") == 5, "five in hand")

    started_at = time.monotonic()
    code = worker.stop()
    took_seconds = time.monotonic() - started_at

    print(f"ended after {took_seconds:.1f} s")
    account = account_of(alone)
    assert (code, account.unknown) == (0, 0)
    assert account.sent == len(rows_at_clay(alone)) >= 5
    assert took_seconds < 30
    assert (valkey.does("LLEN", "bull:clay-enrichment:active"), attempts(valkey)) == (0, set())


def attempts(valkey: ValkeyPlace) -> set[str]:
    """Attempts that were spent by jobs that are not done."""
    waiting = valkey.does("LRANGE", "bull:clay-enrichment:wait", 0, -1)
    spent = {valkey.does("HGET", f"bull:clay-enrichment:{job}", "atm") for job in waiting}
    return spent - {None, "0"}


def test_a_worker_that_waits_for_redis_ends_at_once(alone: World, valkey: ValkeyPlace) -> None:
    alone.start_clay()
    valkey.kill()
    worker = working(alone, is_awaited=False)
    has_said(worker, '"queue"')

    started_at = time.monotonic()
    code = worker.stop()

    assert code == 0
    assert time.monotonic() - started_at < 8
    assert "defect" not in worker.log.read_text()


def test_a_worker_whose_redis_is_frozen_ends_within_its_time(
    alone: World, valkey: ValkeyPlace
) -> None:
    alone.start_clay()
    enqueue(alone, people(3))
    worker = working(alone)
    until(lambda: account_of(alone).sent == 3, "sent")

    valkey.pause()
    try:
        code = worker.stop()
    finally:
        valkey.resume()

    assert code == 0


def test_serve_ends_in_good_order_with_everything_it_acknowledged_in_the_outbox(
    fresh: World,
) -> None:
    fresh.workspace.environ["INTAKE_SECRETS"] = SECRET_OF_FORMS
    server = fresh.serve("--no-work")
    forms = [json.dumps(lead).encode() for lead in people(30)]

    answers = {post(server.port, "/api/leads", form, HEADERS) for form in forms}
    code = server.stop()

    assert (answers, code) == ({200}, 0)
    assert account_of(fresh).waiting == 30
    with fresh.store.open_to_read() as database:
        assert SqlOutbox(database).depth()[0] == 30
    assert "defect" not in server.log.read_text()
