"""What `leadflow work` finds when it starts: nothing at all, no Redis, or one that forgets."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

import pytest
import redis

from harness.callers import Callback, calling
from harness.journey import World
from harness.people import people
from harness.programs import enqueue, has_said, rows_at_clay, wait_until_sent, working
from harness.sent import in_database
from harness.server import Server, until
from harness.valkey import ValkeyPlace, started
from leadflow.adapters import postgres_lock

NUMBERS = re.compile('"epoch": "([0-9a-f]+)", "budget"')
READ_ONLY = ("ACL", "SETUSER", "blind", "on", "nopass", "~*", "&*", "+@all", "-config")


def test_a_fresh_project_sends_at_once_without_a_redis_of_its_own(fresh: World) -> None:
    fresh.start_clay()
    assert enqueue(fresh, people(3)).returncode == 0

    worker = working(fresh)
    wait_until_sent(fresh, 3)

    assert sorted(rows_at_clay(fresh)) == sorted(set(rows_at_clay(fresh)))
    assert (fresh.workspace.folder / ".valkey").is_dir()
    assert "gate init" not in worker.log.read_text()
    assert "one of the project's own, in .valkey: it syncs" in fresh.leadflow("doctor").stdout
    assert worker.stop() == 0
    until(lambda: "`leadflow work` starts it" in fresh.leadflow("doctor").stdout, "ended")


def test_of_two_workers_that_start_together_one_fills_the_gate(shared: World) -> None:
    with started(slowlog_log_slower_than="0", slowlog_max_len="100000") as valkey:
        shared.workspace.environ["REDIS_URL"] = valkey.url
        shared.start_clay()
        enqueue(shared, people(10))
        workers = [working(shared, name=f"work-{n}", is_awaited=False) for n in (1, 2)]

        wait_until_sent(shared, 10)

        marks = {mark for entry in slow_log(valkey) for mark in NUMBERS.findall(entry)}
        assert len(marks) == 1
        assert len(rows_at_clay(shared)) == 10
        assert [worker.stop() for worker in workers] == [0, 0]


def test_while_another_fills_the_gate_a_worker_waits(shared: World) -> None:
    shared.start_clay()
    enqueue(shared, people(2))

    with postgres_lock.hold(shared.store.url, role="gate"):
        worker = working(shared)
        has_said(worker, "another worker puts the ledger's numbers into Redis just now")
        assert shared.rows() == []

    wait_until_sent(shared, 2)
    assert worker.stop() == 0


def slow_log(valkey: ValkeyPlace) -> list[str]:
    with redis.Redis.from_url(valkey.url) as client:
        return [str(entry) for entry in client.execute_command("SLOWLOG", "GET", -1)]


@pytest.mark.case(42)
@pytest.mark.parametrize(
    ("config", "line"),
    [
        ({"maxmemory_policy": "allkeys-lru"}, "maxmemory-policy noeviction"),
        ({"appendonly": "no"}, "appendonly yes"),
        ({"appendfsync": "everysec"}, "appendfsync always"),
    ],
    ids=["it evicts", "it keeps nothing", "it syncs once a second"],
)
@pytest.mark.parametrize("vouched", ["", "vouched"])
def test_work_refuses_a_redis_that_forgets_and_names_the_line(
    alone: World, config: dict[str, str], line: str, vouched: str
) -> None:
    alone.start_clay()
    alone.workspace.environ["REDIS_DURABILITY"] = vouched
    with started(**config) as forgetful:
        alone.workspace.environ["REDIS_URL"] = forgetful.url

        refused = alone.leadflow("work")

    complaints = [said for said in refused.stderr.splitlines() if "Error" in said]
    assert refused.returncode == 2
    assert len(complaints) == 1
    assert f"set `{line}` there" in complaints[0]
    assert "Traceback" not in refused.stderr


def test_where_the_settings_of_redis_cannot_be_read_somebody_must_vouch(
    alone: World, valkey: ValkeyPlace
) -> None:
    alone.start_clay()
    valkey.does(*READ_ONLY)
    alone.workspace.environ["REDIS_URL"] = valkey.url.replace("://", "://blind:any@")
    enqueue(alone, people(1))

    refused = alone.leadflow("work")
    worker = working(alone, REDIS_DURABILITY="vouched")
    wait_until_sent(alone, 1)

    assert refused.returncode == 2
    assert "REDIS_DURABILITY=vouched" in refused.stderr
    has_said(worker, "unchecked")
    assert worker.stop() == 0


@pytest.mark.case(43)
def test_while_redis_is_away_at_the_start_deliveries_go_on_and_then_leads_are_sent(
    alone: World, valkey: ValkeyPlace
) -> None:
    alone.start_clay()
    callbacks = alone.have_sent(people(5))
    serving = alone.serve("--no-work")
    enqueue(alone, people(7))
    valkey.kill()

    worker = working(alone, is_awaited=False)
    post_all(alone, callbacks, serving.port)
    until(lambda: len(in_database(alone.store)) == 5, "delivered")

    assert [worker.get("/readyz")[0], serving.get("/readyz")[0]] == [503, 200]
    assert worker.metric("leadflow_gate_state", state="unreachable") == 1
    assert alone.rows() == []
    valkey.restart()
    wait_until_sent(alone, 7)
    until(lambda: worker.get("/readyz")[0] == 200, "ready")
    assert len(rows_at_clay(alone)) == 2
    assert [worker.stop(), serving.stop()] == [0, 0]


def test_a_worker_takes_a_free_port_for_its_pages_and_names_it(fresh: World) -> None:
    fresh.start_clay()
    log = fresh.logs / "work.log"
    worker = Server(fresh.workspace, ("work", "--port", "0"), log)
    fresh.stack.callback(worker.end)
    super(Server, worker).start()

    has_said(worker, '"listening"')
    worker.port = next(entry["port"] for entry in said(worker) if entry["event"] == "listening")
    pages = {
        path: worker.get(path)[0] for path in ("/healthz", "/readyz", "/metrics", "/api/leads")
    }

    assert pages == {"/healthz": 200, "/readyz": 200, "/metrics": 200, "/api/leads": 404}
    assert worker.stop() == 0


def said(program: Server) -> list[dict[str, Any]]:
    return [json.loads(line) for line in program.log.read_text().splitlines()]


def test_a_worker_without_a_webhook_delivers_and_says_that_it_sends_nothing(fresh: World) -> None:
    callbacks = fresh.have_sent(people(2))
    serving, worker = fresh.serve("--no-work"), working(fresh)

    post_all(fresh, callbacks, serving.port)
    until(lambda: len(in_database(fresh.store)) == 2, "delivered")

    has_said(worker, "CLAY_WEBHOOK_URL is not set, so the queue is not worked")
    assert not (fresh.workspace.folder / ".valkey/valkey.sock").exists()
    assert [worker.stop(), serving.stop()] == [0, 0]


def post_all(world: World, callbacks: Sequence[Callback], port: int) -> None:
    with calling(callbacks, port, secret=world.secret) as callers:
        pass
    assert callers.answers == {200: len(callbacks)}
