"""A send worker over a real Valkey, a real store and a local Clay; in this process or its own.

`python -m harness.sender PLAN` runs one until SIGTERM. What it says goes to its standard output, a
line of JSON each. Where it is to fail, variables say: see harness/failpoints.py.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import asdict, dataclass, field, replace

from harness.failpoints import FailingClay, FailingGate, FailingLedger, Failpoints
from harness.intake import RULES
from leadflow.adapters import postgres_store, sqlite_store
from leadflow.adapters.at_once import finished
from leadflow.adapters.bullmq_queue import BullmqQueue, open_queue
from leadflow.adapters.bullmq_rules import WorkerRules
from leadflow.adapters.bullmq_worker import GatedWorker
from leadflow.adapters.clay_webhook import open_clay
from leadflow.adapters.committed_ledger import CommittedLedger, LedgerRules
from leadflow.adapters.committed_reception import CommittedReception
from leadflow.adapters.database import Database
from leadflow.adapters.group_commit import GroupCommit, group_commit
from leadflow.adapters.redis_client import open_redis
from leadflow.adapters.redis_gate import RedisGate
from leadflow.adapters.redis_quota import RedisQuota
from leadflow.adapters.sql_ledger import SqlLedger
from leadflow.domain.circuit_breaker import BreakerRules
from leadflow.domain.credit_budget import Caps, Cost
from leadflow.domain.gate import GateRules, Refusal
from leadflow.domain.job_end import Ended
from leadflow.domain.limits import name_webhook
from leadflow.domain.rate_limit import RateLimit
from leadflow.domain.retry import RetryPolicy
from leadflow.domain.source import Source
from leadflow.domain.standing import Standing
from leadflow.entrypoints.receiving import stop_on_signals
from leadflow.entrypoints.send_worker import run_send_worker
from leadflow.use_cases.handle_job import Adopt, HandleJob
from leadflow.use_cases.send_job import SendJobTerms
from leadflow.use_cases.send_lead import Clay, compose_row
from leadflow.use_cases.take_in import take_in

__all__ = ["Plan", "RecordingObserver", "Sender", "opened"]


@dataclass(frozen=True)
class Plan:
    """Everything that one worker is told."""

    redis: str
    database: str
    urls: Sequence[str]
    calls_per_second: int = 1_000
    concurrency: int = 5
    attempts: int = 3
    base_seconds: float = 0.05
    cap_seconds: float = 0.2
    repeats_unknown: bool = False
    daily_credits: float | None = None
    open_seconds: float = 0.5
    timeout_seconds: float = 5.0
    drain_seconds: float = 22.0
    most_stalls: int = 2
    lock_milliseconds: int = 5_000
    stalled_milliseconds: int = 2_000
    life: int = 50_000
    breaks: bool = True  # whether there is a circuit breaker

    @property
    def webhook_ids(self) -> list[str]:
        return [name_webhook(url).webhook_id for url in self.urls]

    @property
    def cost(self) -> Cost:
        return Cost(6, 4)

    @property
    def caps(self) -> Caps:
        return Caps(daily_credits=self.daily_credits)

    @property
    def policy(self) -> RetryPolicy:
        return RetryPolicy(self.base_seconds, self.cap_seconds, 900, self.attempts)

    @property
    def gate_rules(self) -> GateRules:
        breaker = BreakerRules(open_seconds=self.open_seconds, probe_seconds=5.0)
        if not self.breaks:
            breaker = replace(breaker, failures_in_a_row=10**9, fewest_calls=10**9)
        rate = RateLimit.strict(self.calls_per_second)
        return GateRules(rate, self.cost, self.caps, webhook_life=self.life, breaker=breaker)

    @property
    def worker_rules(self) -> WorkerRules:
        return WorkerRules(
            self.policy,
            concurrency=self.concurrency,
            lock_milliseconds=self.lock_milliseconds,
            stalled_milliseconds=self.stalled_milliseconds,
            most_stalls=self.most_stalls,
        )

    def open_store(self) -> AbstractContextManager[Database]:
        if self.database.startswith("postgres"):
            return postgres_store.open_store(self.database)
        return sqlite_store.open_store(sqlite_store.sqlite_path(self.database))

    def as_json(self) -> str:
        return json.dumps(asdict(self))


@dataclass
class RecordingObserver:
    """Remembers what it was told; a program says it aloud, too."""

    is_loud: bool = False
    ends: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    warnings: list[str] = field(default_factory=list)
    grants: list[float] = field(default_factory=list)  # by the clock of the gate
    moments: list[float] = field(default_factory=list)  # of the ends, by the monotonic clock

    @property
    def most_in_a_second(self) -> int:
        """How many calls were allowed in the busiest second, wherever it begins."""
        starts = sorted(self.grants)
        return max(sum(at <= other < at + 1 for other in starts) for at in starts)

    def ended(self, ended: Ended, *, seconds: float) -> None:
        self.ends[ended.end] += 1
        self.moments.append(time.monotonic())
        self._say(ended=ended.end, reason=ended.reason)

    def refused(self, refusal: Refusal) -> None:
        self.refusals[refusal.reason] += 1
        if self.refusals[refusal.reason] == 1:
            self._say(refused=refusal.reason)

    def warns(self, sentence: str) -> None:
        self.warnings.append(sentence)
        self._say(warns=sentence)

    def _say(self, **words: object) -> None:
        if self.is_loud:
            print(json.dumps({"at": round(time.time(), 3), **words}), flush=True)


@dataclass
class Sender:
    """What one worker is made of."""

    plan: Plan
    writer: GroupCommit
    queue: BullmqQueue
    gate: RedisGate
    worker: GatedWorker
    observer: RecordingObserver

    async def run(self, stop: asyncio.Event) -> None:
        drain_seconds = self.plan.drain_seconds
        await run_send_worker(self.worker, stop=stop, drain_seconds=drain_seconds)


@asynccontextmanager
async def opened(
    plan: Plan,
    *,
    observer: RecordingObserver | None = None,
    clay: Clay | None = None,
    initialise: bool = False,
) -> AsyncIterator[Sender]:
    """Connect everything; `initialise` makes the ledger and the gate ready for the first time."""
    watcher, points = observer or RecordingObserver(), Failpoints.from_environment()
    async with (
        open_redis(plan.redis) as client,
        open_redis(plan.redis) as own_client,
        group_commit(plan.open_store) as writer,
        open_clay(plan.urls, token="", timeout_seconds=plan.timeout_seconds) as real_clay,
        open_queue(client, attempts=plan.attempts) as queue,
    ):
        gate = RedisGate(client, plan.gate_rules, plan.webhook_ids, "leadflow", random.random)
        if initialise:
            await gate.init(Standing({}, {}))
            await writer.run(lambda database: _enrol(database, plan))
        rules = LedgerRules(plan.cost, plan.caps, webhook_life=plan.life)
        watched = FailingGate(gate, points, watcher.grants)
        handle = HandleJob(
            terms=SendJobTerms(
                clay=FailingClay(clay or real_clay, points),
                gate=watched,
                compose=compose_row,
                repeats_unknown=plan.repeats_unknown,
            ),
            new_ledger=lambda: FailingLedger(CommittedLedger(writer, rules), points),
            adopt=_adopter(writer),
        )
        worker = GatedWorker(
            own_client,
            handle,
            gate=watched,
            quota=RedisQuota(client, "leadflow"),
            rules=plan.worker_rules,
            observer=watcher,
        )
        yield Sender(plan, writer, queue, gate, points.around(worker), watcher)


def _adopter(writer: GroupCommit) -> Adopt:
    reception = CommittedReception(writer)

    async def adopt(fields: Mapping[str, str], source: Source) -> str:
        lead, _ = await take_in(
            fields, source=source, rules=RULES, reception=reception, now=time.time()
        )
        return lead.lead_id

    return adopt


def _enrol(database: Database, plan: Plan) -> None:
    finished(SqlLedger(database).webhooks([name_webhook(url) for url in plan.urls]))


async def _run(plan: Plan) -> None:
    stop = asyncio.Event()
    stop_on_signals(stop)
    async with opened(plan, observer=RecordingObserver(is_loud=True)) as sender:
        await sender.run(stop)


if __name__ == "__main__":
    import uvloop

    uvloop.run(_run(Plan(**json.loads(sys.argv[1]))))
