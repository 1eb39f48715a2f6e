"""Dead jobs on the command line, and what people look at while workers work."""

from __future__ import annotations

import json
import re
import time
from typing import Any

import pytest

from clay_sandbox import parse_fault
from harness.journey import World
from harness.people import people
from harness.programs import account_of, enqueue, posts, rows_at_clay, wait_until_sent, working
from harness.server import Server, until
from harness.valkey import ValkeyPlace
from leadflow.adapters.sql_dead_jobs import SqlDeadJobs
from leadflow.domain.dead_job import FailedJob
from leadflow.domain.lead import identify

REFUSED = "Clay answered 400"
DEAD = "SELECT count(*) FROM dead_job WHERE state = 'dead'"
OLD = "UPDATE dead_job SET last_at = last_at - 40 * 86400"
FOUND = 1
AWAY = 75


def with_a_dead_job(world: World, *, refusals: int = 1, leads: int = 3) -> Server:
    """Let Clay refuse some of the leads; the worker has written it down."""
    world.start_clay(None, parse_fault(f"400,count={refusals}"))
    enqueue(world, people(leads))
    worker = working(world)
    wait_until_sent(world, leads - refusals)
    worker.stop()
    worker.start()  # a sweep comes every 15 s, and the first with the start
    until(lambda: dead_in(world) == refusals, "swept")
    return worker


def dead_in(world: World) -> int:
    with world.store.open_to_read() as database:
        (count,) = database.execute(DEAD).fetchone()
    return int(count)


def test_a_lead_that_clay_refuses_is_listed_and_redriven_once(either: World) -> None:
    worker = with_a_dead_job(either)
    listed = either.asks("dead", "list")
    (job,) = listed["jobs"]
    shown = either.asks("dead", "show", job["lead_id"])
    first = either.leadflow("dead", "redrive", job["lead_id"], "--yes", "--format", "json")
    wait_until_sent(either, 3)
    second = either.leadflow("dead", "redrive", job["lead_id"], "--yes")

    assert (listed["job_count"], listed["deliveries"], listed["counts"]) == (1, [], {})
    assert job["lead_id"] in {identify(lead) for lead in people(3)}
    assert (job["name"], job["attempts"], job["state"]) == ("csv-import", 1, "dead")
    assert "400" in job["reason"]
    assert shown == job
    assert (first.returncode, json.loads(first.stdout)) == (0, {"redriven": 1, "left": {}})
    assert second.returncode == FOUND
    assert "0 jobs will be tried again" in second.stdout
    assert "it was sent: there is nothing to try again" in second.stderr
    assert posts(either) == 4
    assert sorted(rows_at_clay(either)) == sorted(identify(lead) for lead in people(3))
    assert either.asks("dead", "list")["job_count"] == 0
    assert worker.stop() == 0


def test_all_dead_jobs_go_back_at_once_and_deliveries_stay(alone: World) -> None:
    worker = with_a_dead_job(alone, refusals=2, leads=4)
    before = alone.asks("dead", "list")

    done = alone.leadflow("dead", "redrive", "--jobs", "--yes")
    wait_until_sent(alone, 4)
    nothing = alone.leadflow("dead", "redrive", "--jobs")

    assert before["job_count"] == 2
    assert "2 jobs will be tried again" in done.stdout
    assert (nothing.returncode, nothing.stdout) == (0, "0 jobs will be tried again\n")
    assert posts(alone) == 6
    assert worker.stop() == 0


def test_a_purged_job_is_forgotten_and_its_lead_is_still_accounted_for(alone: World) -> None:
    worker = with_a_dead_job(alone)
    early = json.loads(alone.leadflow("dead", "purge", "--yes", "--format", "json").stdout)
    with alone.store.open() as database, database.transaction():
        database.execute(OLD)

    late = json.loads(alone.leadflow("dead", "purge", "--yes", "--format", "json").stdout)

    assert (early, late) == ({"purged": 0, "jobs": 0}, {"purged": 0, "jobs": 1})
    assert alone.asks("dead", "list")["jobs"] == []
    assert account_of(alone).failed == 1
    assert alone.asks("status")["account"]["is_balanced"]
    assert worker.stop() == 0


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("redrive",), "say which"),
        (("redrive", "17", "lead-" + "0" * 32, "--yes"), "name jobs or deliveries"),
        (("redrive", "lead-" + "0" * 32, "--jobs"), "not both"),
        (("show", "lead-" + "0" * 32), "no job of lead-"),
        (("show", "17"), "there is no delivery 17"),
        (("show", "lead-17"), "is not"),
    ],
    ids=lambda value: " ".join(value)[:30] if isinstance(value, tuple) else "",
)
def test_what_makes_no_sense_is_refused(
    alone: World, arguments: tuple[str, ...], complaint: str
) -> None:
    refused = alone.leadflow("dead", *arguments)

    assert refused.returncode == 2
    assert complaint in refused.stderr


@pytest.mark.parametrize(
    "command", [("redrive", "--jobs"), ("purge", "--older-than", "0")], ids=" ".join
)
def test_a_redis_that_says_nothing_is_not_waited_for(
    alone: World, valkey: ValkeyPlace, command: tuple[str, ...]
) -> None:
    enqueue(alone, people(1))
    lead_id = identify(people(1)[0])
    with alone.store.open() as database:
        SqlDeadJobs(database).keep([FailedJob(lead_id, "csv-import", "400", 1, 1.0, 1.0)])
    valkey.pause()

    started_at = time.monotonic()
    ended = alone.leadflow("dead", *command, "--yes")
    took_seconds = time.monotonic() - started_at

    assert ended.returncode == AWAY
    assert ended.stderr.count("\n") == 1
    assert "Redis does not answer in time" in ended.stderr
    assert took_seconds < 30
    assert alone.asks("dead", "list")["job_count"] == 1


def test_top_gate_and_status_agree_about_a_worker_at_work(alone: World) -> None:
    alone.workspace.environ["DAILY_CREDIT_CAP"] = "30"
    worker = with_a_dead_job(alone)
    enqueue(alone, people(9))
    until(lambda: account_of(alone).sent == 5, "the budget is out")
    until(lambda: refused_for_budget(worker), "the gate says so")

    top = alone.leadflow("top", "--once")
    gate = alone.asks("gate", "show")
    check = alone.leadflow("status", "--check")

    assert top.returncode == 0
    assert re.search(r"(?m)^ +credits \d{4}-\d\d-\d\d +30 +30 +0 ", top.stdout)
    assert "3 waiting   0 active   0 delayed   5 completed   1 failed" in top.stdout
    assert gate["state"] == "spent"
    assert of_day(gate) == {"reserved": 30, "cap": 30, "left": 0}
    assert alone.asks("status")["account"]["is_balanced"]
    assert "9 accepted" in check.stdout
    assert check.returncode in (1, 75)
    assert worker.stop() == 0


def of_day(document: dict[str, Any]) -> dict[str, float]:
    line = next(line for line in document["budget"] if line["what"] == "credits")
    return {name: line[name] for name in ("reserved", "cap", "left")}


def refused_for_budget(worker: Server) -> bool:
    return worker.metric("leadflow_gate_refusals_total", reason="budget") > 0
