"""A project's leads go up and down the ladder with it: each reaches Clay once, and none is lost."""

from __future__ import annotations

import json
import random
import subprocess
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from clay_arch.sandbox import RunningSandbox, SandboxConfig, running_sandbox
from tests.migration.living import CREDITS_PER_LEAD, Living, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow

LEADS = 400
BY_QUEUE = 40  # at 10 a second; what the others send takes no time
IN_HAND = 5  # of a worker, when it is killed


@pytest.fixture(name="clay")
def _clay() -> Iterator[RunningSandbox]:
    with running_sandbox(SandboxConfig(requests_per_second=None, columns=())) as sandbox:
        yield sandbox


@pytest.fixture(name="project")
def _project(tmp_path: Path, clay: RunningSandbox) -> Iterator[Living]:
    project = Living(tmp_path / "project", clay.webhook_urls[0])
    yield project
    project.end()


def send(project: Living, count: int) -> None:
    """Let Direct or Standard send so many of those that wait."""
    before = project.sent() if (project.folder / "leadflow.sqlite").exists() else 0
    limit = ("--max-credits", str(count * CREDITS_PER_LEAD), "--yes")

    ended = project.leadflow("send", "leads.csv", *limit)

    assert project.sent() == before + count, ended.stderr


def work(project: Living, count: int) -> None:
    """Let the Queue send at least so many, and stop it."""
    goal = project.sent() + count
    worker = project.start("work")
    until(lambda: project.sent() >= goal, f"{goal} sent")
    worker.terminate()
    assert worker.wait(30) == 0


def step(project: Living, variant: str, count: int) -> None:
    project.become(variant)
    if variant == "queue":
        work(project, count)
    else:
        send(project, count)


def at_clay(clay: RunningSandbox) -> Counter[str]:
    return Counter(row["values"]["lead_id"] for row in clay.control.rows())


def asks(project: Living, command: str) -> Any:
    return json.loads(project.leadflow(command, "--format", "json").stdout)


def left(project: Living) -> int:
    return project.account().get("waiting", 0)


def test_leads_that_wait_climb_with_the_project(project: Living, clay: RunningSandbox) -> None:
    project.become("direct")
    project.write_leads(LEADS)
    send(project, 150)

    step(project, "standard", LEADS - 150 - BY_QUEUE)
    step(project, "queue", BY_QUEUE)

    rows, status = at_clay(clay), asks(project, "status")
    assert (len(rows), set(rows.values())) == (LEADS, {1})
    assert status["account"]["sent"] == status["journey"]["in_flight"] == LEADS
    assert [webhook["used"] for webhook in status["webhooks"]] == [LEADS]
    assert asks(project, "budget")[0]["reserved"] == (LEADS - 150) * CREDITS_PER_LEAD


def test_leads_that_wait_go_down_with_the_project(project: Living, clay: RunningSandbox) -> None:
    project.become("queue")
    project.write_leads(LEADS)
    assert project.leadflow("enqueue", "leads.csv").returncode == 0
    work(project, BY_QUEUE)

    step(project, "standard", 100)
    step(project, "direct", left(project))

    rows, status = at_clay(clay), asks(project, "status")
    assert (len(rows), set(rows.values())) == (LEADS, {1})
    assert status["account"]["sent"] == LEADS
    assert [webhook["used"] for webhook in status["webhooks"]] == [LEADS]


def test_a_queue_that_was_left_and_entered_again_sends_nothing_again(
    project: Living, clay: RunningSandbox
) -> None:
    """Its Redis still holds a job of each lead that Standard sent meanwhile."""
    project.become("queue")
    project.write_leads(3 * BY_QUEUE)
    assert project.leadflow("enqueue", "leads.csv").returncode == 0
    work(project, BY_QUEUE)

    step(project, "standard", left(project) - BY_QUEUE)
    step(project, "queue", BY_QUEUE)

    rows = at_clay(clay)
    assert (len(rows), set(rows.values())) == (3 * BY_QUEUE, {1})


def test_a_worker_killed_while_leads_enter_the_queue_sends_none_twice(
    project: Living, clay: RunningSandbox
) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")  # noqa: T201 - to repeat what failed
    chance = random.Random(seed)
    project.become("standard")
    project.write_leads(2 * BY_QUEUE)
    send(project, BY_QUEUE)
    project.become("queue")

    for _ in range(4):
        worker = project.start("work")
        with pytest.raises(subprocess.TimeoutExpired):
            worker.wait(chance.uniform(0.3, 3))
        worker.kill()
        worker.wait()
    worker = project.start("work")
    until(lambda: not {"waiting", "sending"} & project.account().keys(), "nothing left")
    worker.terminate()
    worker.wait(30)

    rows, account = at_clay(clay), project.account()
    assert set(rows.values()) == {1}
    assert account["sent"] + account.get("unknown", 0) == 2 * BY_QUEUE
    assert account.get("unknown", 0) <= 4 * IN_HAND
    assert account["sent"] <= len(rows) <= 2 * BY_QUEUE


def test_direct_says_how_to_leave_postgres(project: Living) -> None:
    project.become("direct")
    with (project.folder / ".env").open("a") as env:
        env.write("DATABASE_URL=postgresql://leadflow:a-secret@127.0.0.1:9/leadflow\n")

    ended = project.leadflow("status")

    assert ended.returncode == 2
    assert "`leadflow store copy --to sqlite:///FILE`" in ended.stderr
    assert "a-secret" not in ended.stderr
