"""Who can tell how everything stands: beside a process's own work, or from outside.

leadflow top, /metrics <── SnapshotBooth ──┬── ledger_lines ── Database
                                           ├── BullmqQueue ─┐
                                           └── RedisGateDesk ── Redis or Valkey
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial

from leadflow.adapters.bullmq_queue import open_queue
from leadflow.adapters.group_commit import GroupCommit
from leadflow.adapters.intake_metrics import IntakeMetrics
from leadflow.adapters.queue_metrics import QueueMetrics
from leadflow.adapters.redis_client import open_redis
from leadflow.adapters.redis_gate_desk import RedisGateDesk
from leadflow.adapters.snapshots import SnapshotBooth
from leadflow.adapters.sql_snapshot import LedgerLines, ledger_lines
from leadflow.bootstrap_redis import cost_of, redis_place
from leadflow.bootstrap_rules import load_clay_limits
from leadflow.bootstrap_store import open_store_to_read
from leadflow.domain.gate_held import spent
from leadflow.settings import Settings, load_settings

__all__ = ["IntakeMetrics", "QueueMetrics", "open_snapshots", "snapshots_beside"]

AskLedger = Callable[[float], Awaitable[LedgerLines]]


@asynccontextmanager
async def open_snapshots() -> AsyncIterator[SnapshotBooth]:
    """Look from outside; nothing is written."""
    settings = load_settings()

    def read(now: float) -> LedgerLines:
        with open_store_to_read(settings.database) as database:
            return _lines(settings)(database, now=now)

    with redis_place(settings) as url:
        async with _booth(settings, url, lambda now: asyncio.to_thread(read, now)) as booth:
            yield booth


@asynccontextmanager
async def snapshots_beside(
    settings: Settings, *, url: str, writer: GroupCommit
) -> AsyncIterator[SnapshotBooth]:
    """Look from a process that has the ledger open already."""

    async def ask(now: float) -> LedgerLines:
        return await writer.run(lambda database: _lines(settings)(database, now=now))

    async with _booth(settings, url, ask) as booth:
        yield booth


@asynccontextmanager
async def _booth(settings: Settings, url: str, ask: AskLedger) -> AsyncIterator[SnapshotBooth]:
    attempts = int(settings.job_attempts)
    async with open_redis(url) as client, open_queue(client, attempts=attempts) as queue:
        desk = RedisGateDesk(client, settings.token_audience)
        over = partial(spent, caps=settings.caps, cost=cost_of(settings))
        yield SnapshotBooth(ask, queue, desk, over)


def _lines(settings: Settings) -> partial[LedgerLines]:
    life = load_clay_limits().webhook_life
    return partial(ledger_lines, caps=settings.caps, webhook_life=life)
