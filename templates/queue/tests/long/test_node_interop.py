"""The same queue seen by Node: BullMQ's counts and Bull Board's agree with ours.

npm fetches the packages into a temporary folder, and runs no script of theirs.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from bullmq import UnrecoverableError, Worker  # type: ignore[import-untyped]

from harness.valkey import ValkeyPlace
from leadflow.adapters.bullmq_queue import open_queue
from leadflow.adapters.bullmq_rules import PREFIX
from leadflow.adapters.redis_client import open_redis
from leadflow.domain.job import Job
from leadflow.domain.source import QUEUE, Source

pytestmark = pytest.mark.long

HERE = Path(__file__).parent / "node_interop"
STATES = ("waiting", "delayed", "completed", "failed", "active")
WAITING, DELAYED, COMPLETED, FAILED = 7, 3, 4, 2
NPM = ("npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--silent")


def lead(number: int) -> str:
    return f"lead-{number:032x}"


class Node:
    """The program in node_interop/board.js, asked one thing after the other."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.board = self._answer()["board"]

    def ask(self, *command: str) -> Any:
        assert self._process.stdin
        self._process.stdin.write(" ".join(command) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> Any:
        assert self._process.stdout
        return json.loads(self._process.stdout.readline())


@pytest.fixture(name="packages", scope="session")
def _packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed, so nobody looked at the queue from Node")
    folder = tmp_path_factory.mktemp("node")
    for path in HERE.iterdir():
        shutil.copy(path, folder)
    done = subprocess.run(NPM, cwd=folder, capture_output=True, text=True, check=False, timeout=180)
    if done.returncode:
        pytest.skip(f"npm cannot fetch bullmq and bull-board: {done.stderr[-300:]}")
    return folder


@pytest.fixture(name="node")
def _node(packages: Path, valkey: ValkeyPlace) -> Iterator[Node]:
    with ExitStack() as stack:
        process = stack.enter_context(
            subprocess.Popen(
                ["node", "board.js", valkey.url, QUEUE],
                cwd=packages,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        )
        stack.callback(process.kill)
        yield Node(process)


async def process(job: Any, _token: str) -> str:
    if int(job.id.removeprefix("lead-"), 16) > COMPLETED:
        raise UnrecoverableError("refused: lead without a company")
    return "sent"


async def fill(url: str) -> dict[str, int]:
    """Bring jobs into every state that lasts; give our own counts."""
    async with open_redis(url) as client, open_queue(client, attempts=3) as queue:
        ended = COMPLETED + FAILED
        await queue.add_many([Job(lead(n), Source.WEB_FORM) for n in range(1, ended + 1)])
        worker = Worker(QUEUE, process, {"connection": client, "prefix": PREFIX})
        async with asyncio.timeout(30):
            while (counts := await queue.counts())["completed"] + counts["failed"] < ended:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        await worker.close()
        rest = range(ended + 1, ended + WAITING + 1)
        await queue.add_many([Job(lead(n), Source.CSV_IMPORT) for n in rest])
        for number in range(DELAYED):
            await queue._queue.add("crm-event", {}, {"jobId": f"lead-d{number}", "delay": 600_000})
        return await queue.counts()


def on_the_board(node: Node) -> dict[str, Any]:
    path = f"/api/queues?activeQueue={QUEUE}&status=failed&page=1&jobsPerPage=10"
    with urlopen(f"http://127.0.0.1:{node.board}{path}", timeout=10) as answer:
        (queue,) = json.load(answer)["queues"]
    assert queue["name"] == QUEUE
    return dict(queue)


def test_node_and_bull_board_count_what_python_counts(node: Node, valkey: ValkeyPlace) -> None:
    ours = asyncio.run(fill(valkey.url))
    theirs, board = node.ask("counts"), on_the_board(node)

    print("ours", ours, "node", theirs, "board", board["counts"])
    expected = dict(zip(STATES, (WAITING, DELAYED, COMPLETED, FAILED, 0), strict=True))
    for counts in (ours, theirs, board["counts"]):
        assert {state: counts.get(state, counts.get("wait")) for state in STATES} == expected
    assert {job["failedReason"] for job in board["jobs"]} == {"refused: lead without a company"}


def test_node_reads_our_jobs_and_we_see_what_node_adds(node: Node, valkey: ValkeyPlace) -> None:
    asyncio.run(fill(valkey.url))
    failed = COMPLETED + 1

    job = node.ask("job", lead(failed))
    node.ask("add", lead(500))

    async def ours() -> tuple[str, dict[str, int]]:
        async with open_redis(valkey.url) as client, open_queue(client, attempts=3) as queue:
            return await queue.state(lead(500)), await queue.counts()

    state, counts = asyncio.run(ours())
    assert (job["name"], job["attempts"]) == ("web-form", 3)
    assert set(job["data"]) == {"lead_id", "source"}  # no person is in Redis
    assert (state, counts["waiting"]) == ("waiting", WAITING + 1)
