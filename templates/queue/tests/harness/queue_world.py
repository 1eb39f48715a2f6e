"""Leads in a ledger and in a queue, the workers that send them, and what became of them all."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import redis

from clay_sandbox import RunningSandbox
from harness.intake import lead_of
from harness.sender import Plan, RecordingObserver, Sender, opened
from harness.server import until
from harness.valkey import ValkeyPlace
from harness.workspace import ROOT
from leadflow.adapters.database import Database
from leadflow.domain.job import Job
from leadflow.domain.source import Source
from leadflow.use_cases.send_lead import Clay

__all__ = ["QueueWorld", "WorkerProcess", "job_of", "queue_world"]

T = TypeVar("T")
SETTLED_SECONDS = 60.0
STATES = "SELECT state, count(*) FROM lead GROUP BY state"
LEADS = "SELECT lead_id, state, attempts, reason FROM lead ORDER BY seq"
ENDED = ("wait", "active", "delayed", "prioritized")
# All at once: a job that goes from one to another meanwhile would be in none.
DEPTH = """
    return {
        redis.call('LLEN', KEYS[1]), redis.call('LLEN', KEYS[2]),
        redis.call('ZCARD', KEYS[3]), redis.call('ZCARD', KEYS[4]),
    }
"""


def job_of(number: int) -> Job:
    return Job(lead_of(number).lead_id, Source.CSV_IMPORT)


@dataclass
class WorkerProcess:
    """A worker that can be killed and frozen."""

    process: subprocess.Popen[bytes]
    log: Path

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(10)

    def freeze(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def stop(self, *, seconds: float = 40) -> int:
        self.process.terminate()
        return self.process.wait(seconds)

    def said(self, key: str) -> list[str]:
        """What it said under this word, in order."""
        lines = self.log.read_text().splitlines()
        told = [json.loads(line) for line in lines if line.startswith("{")]
        return [str(line[key]) for line in told if key in line]


@dataclass
class QueueWorld:
    """One queue, one ledger, one Clay, any number of workers."""

    plan: Plan
    clay: RunningSandbox
    valkey: ValkeyPlace
    folder: Path
    workers: list[WorkerProcess] = field(default_factory=list)

    def with_plan(self, **changes: Any) -> None:
        self.plan = replace(self.plan, **changes)

    def does(self, work: Callable[[Sender], Coroutine[Any, Any, T]]) -> T:
        """Do something with a connection of its own."""

        async def run() -> T:
            async with opened(self.plan) as sender:
                return await work(sender)

        return asyncio.run(run())

    def prepare(self, count: int, *, in_queue: bool = True) -> list[Job]:
        """Leads 1 to `count`, in the ledger and in the queue, and a gate that knows its numbers."""
        jobs = [job_of(number) for number in range(1, count + 1)]

        async def run() -> None:
            async with opened(self.plan, initialise=True) as sender:
                await sender.writer.run(lambda database: add_leads(database, count))
                if in_queue:
                    await sender.queue.add_many(jobs)

        asyncio.run(run())
        return jobs

    def work(
        self,
        *,
        seconds: float = SETTLED_SECONDS,
        observer: RecordingObserver | None = None,
        clay: Clay | None = None,
        first: Callable[[Sender], None] = lambda _: None,
    ) -> RecordingObserver:
        """Work in this process until the queue is settled."""
        observer = observer or RecordingObserver()

        async def run() -> None:
            async with opened(self.plan, observer=observer, clay=clay) as sender:
                first(sender)
                stop = asyncio.Event()
                working = asyncio.ensure_future(sender.run(stop))
                async with asyncio.timeout(seconds):
                    while not working.done() and await _unsettled(sender):  # noqa: ASYNC110 - Redis tells nobody
                        await asyncio.sleep(0.02)
                stop.set()
                await working

        asyncio.run(run())
        return observer

    def start(self, **variables: str) -> WorkerProcess:
        """Start a worker as a process of its own."""
        log = self.folder / f"worker-{len(self.workers)}.log"
        path = os.pathsep.join(str(ROOT / part) for part in ("src", "tools", "tests"))
        with log.open("wb") as file:
            process = subprocess.Popen(
                [sys.executable, "-m", "harness.sender", self.plan.as_json()],
                env={**os.environ, "PYTHONPATH": path, **variables},
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
            )
        self.workers.append(WorkerProcess(process, log))
        return self.workers[-1]

    def settle(self, *, seconds: float = SETTLED_SECONDS) -> None:
        """Wait until nothing waits and nothing is in hand."""
        until(lambda: not any(self.depth().values()), "settled", seconds=seconds)

    def depth(self) -> dict[str, int]:
        """How many jobs wait or are in hand; Redis that is away counts as one."""
        keys = [_key(name) for name in ENDED]
        try:
            counts = self.valkey.does("EVAL", DEPTH, len(keys), *keys)
            return dict(zip(ENDED, counts, strict=True))
        except redis.RedisError:
            return {"away": 1}

    def add(self, jobs: Sequence[Job]) -> None:
        self.does(lambda sender: sender.queue.add_many(jobs))

    def isolate(self, reason: str) -> None:
        self.does(lambda sender: sender.gate.desk.isolate(reason))

    def close_gate(self) -> None:
        self.does(lambda sender: sender.gate.desk.close())

    def questions(self) -> int:
        """How often the gate has changed: each leave changes it, and each report."""

        async def look(sender: Sender) -> int:
            return (await sender.gate.desk.held()).sequence

        return self.does(look)

    def pause_queue(self) -> None:
        self.does(lambda sender: sender.queue._queue.pause())

    def resume_queue(self) -> None:
        self.does(lambda sender: sender.queue._queue.resume())

    def waiting_workers(self) -> int:
        """How many workers wait for a job just now."""
        return str(self.valkey.does("CLIENT", "LIST")).count("cmd=bzpopmin")

    def posts(self) -> int:
        count: int = self.clay.control.state()["posts"]
        return count

    def failed(self) -> list[str]:
        return list(self.valkey.does("ZRANGE", _key("failed"), 0, -1))

    def of_job(self, job_id: str, name: str) -> int:
        """A counter of a job: atm, its attempts; ats, its starts; stc, how often it stalled."""
        return int(self.valkey.does("HGET", _key(job_id), name) or 0)

    def states(self) -> Counter[str]:
        with self.plan.open_store() as database:
            return Counter(dict(database.execute(STATES).fetchall()))

    def leads(self) -> list[tuple[str, str, int, str]]:
        with self.plan.open_store() as database:
            return [tuple(row) for row in database.execute(LEADS).fetchall()]

    def asked(self, query: str) -> list[tuple[Any, ...]]:
        with self.plan.open_store() as database:
            return [tuple(row) for row in database.execute(query).fetchall()]

    def everything_in_redis(self) -> str:
        """Every key with what it holds, as text."""
        readers = {"hash": "HGETALL", "string": "GET", "stream": "XRANGE"}
        kept = []
        for key in self.valkey.does("KEYS", "*"):
            kind = self.valkey.does("TYPE", key)
            if kind in readers:
                ends = ("-", "+") if kind == "stream" else ()
                kept.append(f"{key} {self.valkey.does(readers[kind], key, *ends)}")
        return "\n".join(kept)

    def rows(self) -> Counter[str]:
        """How many rows of each lead Clay has made."""
        return Counter(row["values"]["lead_id"] for row in self.clay.control.rows())

    def end(self) -> None:
        for worker in self.workers:
            worker.process.kill()
            worker.process.wait()


@contextmanager
def queue_world(
    clay: RunningSandbox, valkey: ValkeyPlace, database: str, folder: Path, **plan: Any
) -> Iterator[QueueWorld]:
    world = QueueWorld(
        Plan(redis=valkey.url, database=database, urls=clay.webhook_urls, **plan),
        clay,
        valkey,
        folder,
    )
    try:
        yield world
    finally:
        world.end()


def add_leads(database: Database, count: int) -> None:
    database.execute("INSERT INTO intake (intake_id, file, started_at) VALUES (1, 'leads.csv', 0)")
    leads = [lead_of(number) for number in range(1, count + 1)]
    database.execute_many(
        "INSERT INTO lead (lead_id, fields, intake_id, line) VALUES (?, ?, 1, ?)",
        [(lead.lead_id, json.dumps(lead.fields), n) for n, lead in enumerate(leads, start=1)],
    )


async def _unsettled(sender: Sender) -> bool:
    counts = await sender.queue.counts()
    return any(counts[name] for name in ("waiting", "active", "delayed", "prioritized"))


def _key(name: str) -> str:
    return f"bull:clay-enrichment:{name}"
