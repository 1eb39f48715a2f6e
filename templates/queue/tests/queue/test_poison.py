"""A job that kills its workers, as the account shows it, and as a person brings its lead back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from clay_sandbox import RunningSandbox
from harness.accounts import check_account
from harness.queue_world import QueueWorld, queue_world
from harness.sender import Sender
from harness.server import Program, until
from harness.stores import Store
from harness.valkey import ValkeyPlace
from harness.workspace import Workspace
from leadflow.adapters.committed_dead_jobs import CommittedDeadJobs
from leadflow.entrypoints.exit_codes import DONE, FOUND
from leadflow.use_cases.sweep_dead import sweep_dead

POISON = "job stalled more than allowable limit"
LEADS = 3
BRING_BACK = {"sqlite": ("enqueue", "--failed"), "postgres": ("dead", "redrive", "LEAD", "--yes")}


@pytest.fixture
def world(
    clay: Callable[..., RunningSandbox],
    workspace: Workspace,
    valkey: ValkeyPlace,
    store: Store,
    tmp_path: Path,
) -> Iterator[QueueWorld]:
    """A queue that `leadflow` in the workspace works, too."""
    with queue_world(clay(), valkey, store.url, tmp_path) as made:
        workspace.environ |= {
            "DATABASE_URL": store.url,
            "REDIS_URL": valkey.url,
            "TOKEN_AUDIENCE": "leadflow",
        }
        yield made


@pytest.mark.case(36)
def test_a_lead_whose_job_was_poison_counts_as_dead_until_a_person_brings_it_back(
    world: QueueWorld, workspace: Workspace, store: Store
) -> None:
    poison = killed_three_workers(world)
    world.does(sweep)

    check_account(world.plan.database)
    dead = asked(workspace, code=FOUND)
    arguments = [poison if part == "LEAD" else part for part in BRING_BACK[store.kind]]
    brought = workspace.leadflow(*arguments)
    mended = sent_by_a_whole_worker(world, workspace)

    assert (dead["account"]["failed"], dead["account"]["waiting"]) == (1, 0)
    assert (dead["journey"]["dead"], dead["journey"]["in_flight"]) == (1, LEADS - 1)
    assert (poison, POISON) in {(note["lead_id"], note["reason"]) for note in dead["failed"]}
    assert brought.returncode == DONE, brought.stderr
    assert (mended["account"]["sent"], mended["journey"]["dead"]) == (LEADS, 0)
    assert max(world.rows().values()) == 1


def killed_three_workers(world: QueueWorld) -> str:
    """Let one of the jobs be fatal, the others be done, and the queue give the one up."""
    # One at a time, so that nothing else dies with the worker.
    world.with_plan(concurrency=1, lock_milliseconds=1_000, stalled_milliseconds=400)
    (job, *_) = world.prepare(LEADS)
    fatal = {
        "FAIL_AT": "found",
        "FAIL_HOW": "abort",
        "FAIL_LEAD": job.lead_id,
        "FAIL_MARK": str(world.folder / "deaths"),
        "FAIL_TIMES": "9",
    }
    for _ in range(3):
        assert world.start(**fatal).process.wait(30) != 0
    survivor = world.start(**fatal)
    world.settle()
    assert world.failed() == [job.lead_id]
    assert survivor.stop() == 0
    assert world.states() == {"sent": LEADS - 1, "waiting": 1}
    return job.lead_id


def sent_by_a_whole_worker(world: QueueWorld, workspace: Workspace) -> dict[str, Any]:
    worker = Program(workspace, ("work",), world.folder / "work.log")
    worker.start()
    try:
        until(lambda: world.states() == {"sent": LEADS}, f"sent: {worker.log.read_text()}")
        assert worker.stop() == 0
    finally:
        worker.end()
    return asked(workspace, code=DONE)


def asked(workspace: Workspace, *, code: int) -> dict[str, Any]:
    done = workspace.leadflow("status", "--check", "--format", "json")
    assert done.returncode == code, done.stdout
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


async def sweep(sender: Sender) -> None:
    await sweep_dead(sender.queue, CommittedDeadJobs(sender.writer))
