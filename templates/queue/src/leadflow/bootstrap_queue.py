"""What works the queue: read it as the diagram of what is connected.

outbox ── relay ──> BullmqQueue ── Redis or Valkey ──> GatedWorker ── handle_job ── Clay
                                        │                  ^     │
                                        └── RedisGate ─────┘     └ CommittedLedger ──┐
                                                └ CommittedWitness ── GroupCommit ───┴── Database
failed set ── sweep_dead ──> CommittedDeadJobs ───────────────────────────┘
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial

from leadflow.adapters.at_once import finished
from leadflow.adapters.bullmq_queue import BullmqQueue, open_queue
from leadflow.adapters.bullmq_rules import WorkerRules
from leadflow.adapters.bullmq_worker import GatedWorker
from leadflow.adapters.clay_webhook import open_clay
from leadflow.adapters.committed_dead_jobs import CommittedDeadJobs
from leadflow.adapters.committed_ledger import CommittedLedger, LedgerRules
from leadflow.adapters.committed_reception import CommittedOutbox, CommittedReception
from leadflow.adapters.committed_witness import CommittedWitness
from leadflow.adapters.group_commit import GroupCommit, group_commit
from leadflow.adapters.redis_client import check_durability, open_redis
from leadflow.adapters.redis_gate import RedisGate
from leadflow.adapters.redis_gate_desk import RedisGateDesk
from leadflow.adapters.redis_quota import RedisQuota
from leadflow.adapters.sql_ledger import SqlLedger
from leadflow.bootstrap_redis import cost_of, open_gate, redis_place
from leadflow.bootstrap_rules import Rules, load_clay_limits
from leadflow.bootstrap_store import hold, open_store
from leadflow.domain.errors import LedgerBusy
from leadflow.domain.limits import name_webhook
from leadflow.domain.pacing import LONGEST_PAUSE_SECONDS
from leadflow.domain.retry import RetryPolicy
from leadflow.domain.source import Source
from leadflow.settings import Settings
from leadflow.use_cases.handle_job import HandleJob, JobObserver
from leadflow.use_cases.send_job import SendJobTerms
from leadflow.use_cases.send_lead import Clay
from leadflow.use_cases.take_in import take_in

__all__ = ["QueueDesk", "Queueing", "job_policy", "open_queue_desk", "open_queueing"]

GATE = "gate"  # the role of whoever puts the gate's numbers into Redis for the first time
BEGINNING = "another worker puts the ledger's numbers into Redis just now; this one waits for it"


@dataclass(frozen=True, slots=True)
class Queueing:
    """Everything that one worker of the queue is made of."""

    queue: BullmqQueue
    gate: RedisGate
    worker: GatedWorker
    outbox: CommittedOutbox
    dead_jobs: CommittedDeadJobs
    policy: RetryPolicy


def job_policy(settings: Settings) -> RetryPolicy:
    """How often and how patiently a job is tried."""
    return RetryPolicy(
        base_seconds=settings.retry_base_seconds,
        cap_seconds=settings.retry_cap_seconds,
        max_retry_after_seconds=LONGEST_PAUSE_SECONDS,
        max_attempts=int(settings.job_attempts),
    )


@asynccontextmanager
async def open_queueing(
    settings: Settings,
    rules: Rules,
    *,
    url: str,
    writer: GroupCommit,
    observer: JobObserver,
) -> AsyncIterator[Queueing]:
    """Connect everything. SettingsError for a server that forgets, LedgerError while it is away."""
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(open_redis(url))
        own_client = await stack.enter_async_context(open_redis(url))
        note = await check_durability(client, vouched=settings.redis_durability == "vouched")
        if note:
            observer.warns(note)
        gate = open_gate(settings, client, writer)
        await _begin(settings, gate, writer)
        attempts = int(settings.job_attempts)
        queue = await stack.enter_async_context(open_queue(client, attempts=attempts))
        clay = await stack.enter_async_context(
            open_clay(
                settings.webhook_urls,
                token=settings.webhook_token,
                timeout_seconds=settings.timeout_seconds,
            )
        )
        policy = job_policy(settings)
        worker = GatedWorker(
            own_client,
            _handler(settings, rules, writer, terms=_terms(settings, rules, clay, gate)),
            gate=gate,
            quota=RedisQuota(client, settings.token_audience),
            rules=WorkerRules(policy, concurrency=int(settings.worker_concurrency)),
            observer=observer,
        )
        outbox, dead = CommittedOutbox(writer), CommittedDeadJobs(writer)
        yield Queueing(queue, gate, worker, outbox, dead, policy)


@dataclass(frozen=True, slots=True)
class QueueDesk:
    """What a person looks at and changes: the gate, its witness, and dead jobs."""

    gate: RedisGateDesk
    witness: CommittedWitness
    queue: BullmqQueue
    dead_jobs: CommittedDeadJobs


@asynccontextmanager
async def open_queue_desk(settings: Settings) -> AsyncIterator[QueueDesk]:
    """Open all of it beside whatever is at work."""
    with redis_place(settings) as url:
        async with AsyncExitStack() as stack:
            writer = await stack.enter_async_context(
                group_commit(partial(open_store, settings.database))
            )
            client = await stack.enter_async_context(open_redis(url))
            attempts = int(settings.job_attempts)
            queue = await stack.enter_async_context(open_queue(client, attempts=attempts))
            yield QueueDesk(
                RedisGateDesk(client, settings.token_audience),
                CommittedWitness(writer),
                queue,
                CommittedDeadJobs(writer),
            )


async def _begin(settings: Settings, gate: RedisGate, writer: GroupCommit) -> None:
    """Enrol the webhooks; put the ledger's numbers into Redis when that was never done."""
    named = [name_webhook(url) for url in settings.webhook_urls]
    await writer.run(lambda database: finished(SqlLedger(database).webhooks(named)))
    witness = CommittedWitness(writer)
    if await witness.epoch():
        return
    with _beginning(settings):
        if not await witness.epoch():  # another process was quicker
            await gate.init(await witness.standing())


@contextmanager
def _beginning(settings: Settings) -> Iterator[None]:
    """Keep other workers from doing it at the same time."""
    with ExitStack() as stack:
        try:
            stack.enter_context(hold(settings.database, role=GATE))
        except LedgerBusy as busy:
            raise LedgerBusy(BEGINNING) from busy
        yield


def _terms(settings: Settings, rules: Rules, clay: Clay, gate: RedisGate) -> SendJobTerms:
    return SendJobTerms(
        clay=clay,
        gate=gate,
        compose=rules.compose,
        repeats_unknown=settings.on_unknown == "retry",
    )


def _handler(
    settings: Settings, rules: Rules, writer: GroupCommit, *, terms: SendJobTerms
) -> HandleJob:
    life = load_clay_limits().webhook_life
    ledger_rules = LedgerRules(cost_of(settings), settings.caps, webhook_life=life)
    reception = CommittedReception(writer)

    async def adopt(fields: Mapping[str, str], source: Source) -> str:
        lead, _ = await take_in(
            fields, source=source, rules=rules.leads, reception=reception, now=time.time()
        )
        return lead.lead_id

    return HandleJob(terms, lambda: CommittedLedger(writer, ledger_rules), adopt)
