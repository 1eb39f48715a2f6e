"""One look at everything: what is there is told, what is not there is left out and said to be."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest

from harness.intake import lead_of
from harness.stores import Store
from harness.valkey import ValkeyPlace
from leadflow.adapters.bullmq_queue import open_queue
from leadflow.adapters.redis_client import open_redis
from leadflow.adapters.redis_gate_desk import RedisGateDesk
from leadflow.adapters.snapshots import SnapshotBooth
from leadflow.adapters.sql_snapshot import LedgerLines, ledger_lines
from leadflow.adapters.sql_witness import SqlWitness
from leadflow.domain.credit_budget import Caps
from leadflow.domain.errors import LedgerError
from leadflow.domain.job import Job
from leadflow.domain.snapshot import BudgetLine, GateState, Snapshot
from leadflow.domain.source import Source
from leadflow.use_cases.trust_gate import init_gate

T = TypeVar("T")
CAPS = Caps(daily_credits=600, monthly_credits=None, daily_actions=None, monthly_actions=40)
OUTBOX = "INSERT INTO outbox (lead_id, source, queued_at) VALUES ('lead-1', 'web-form', ?)"
CHARGED = "INSERT INTO budget (period, credits, actions) VALUES (?, 12000, 8)"  # in thousandths
DEAD = """
    INSERT INTO dead_job (lead_id, name, reason, attempts, first_at, last_at, state)
    VALUES ('lead-9', 'csv-import', 'Clay answered 400', 1, 0, 0, 'dead')
"""
NOON = 1_790_000_000.0  # a day in September 2026
PATIENCE_SECONDS = 2.0


def look_at(
    store: Store,
    valkey: ValkeyPlace,
    first: Callable[[SnapshotBooth], Awaitable[object]] | None = None,
    *,
    fault: LedgerError | None = None,
) -> Snapshot:
    """Do something, then look once."""

    async def ask(now: float) -> LedgerLines:
        if fault:
            raise fault
        with store.open_to_read() as database:
            return ledger_lines(database, caps=CAPS, webhook_life=50_000, now=now)

    async def run() -> Snapshot:
        async with open_redis(valkey.url) as client, open_queue(client, attempts=5) as queue:
            booth = SnapshotBooth(
                ask, queue, RedisGateDesk(client, "tests"), lambda _: "", now=lambda: NOON
            )
            if first:
                await first(booth)
            return await booth.look()

    return asyncio.run(run())


def prepared(store: Store) -> None:
    with store.open() as database, database.transaction():
        database.execute(OUTBOX, (NOON - 9,))
        for period in ("2026-09-21", "2026-09"):
            database.execute(CHARGED, (period,))
        database.execute(DEAD)


async def initialise(store: Store, booth: SnapshotBooth) -> None:
    with store.open() as database:
        await init_gate(booth.desk, SqlWitness(database))


def test_everything_is_told_at_one_look(store: Store, valkey: ValkeyPlace) -> None:
    prepared(store)

    async def first(booth: SnapshotBooth) -> None:
        await initialise(store, booth)
        await booth.queue.add_many([Job(lead_of(n).lead_id, Source.WEB_FORM) for n in (1, 2)])

    snapshot = look_at(store, valkey, first)

    assert snapshot.troubles == []
    assert snapshot.queue is not None
    assert (snapshot.queue.jobs["waiting"], snapshot.queue.dead) == (2, 1)
    assert snapshot.queue.oldest_seconds == 0  # it waits since after NOON
    assert snapshot.outbox is not None
    assert (snapshot.outbox.rows, snapshot.outbox.oldest_seconds) == (1, 9)
    assert snapshot.budget == [
        BudgetLine("credits", "day", "2026-09-21", 12, 600),
        BudgetLine("credits", "month", "2026-09", 12, None),
        BudgetLine("actions", "day", "2026-09-21", 8, None),
        BudgetLine("actions", "month", "2026-09", 8, 40),
    ]
    assert snapshot.gate is not None
    assert snapshot.gate.state is GateState.PAUSED  # for a second after its numbers were put there


def test_an_empty_project_is_looked_at_as_well(store: Store, valkey: ValkeyPlace) -> None:
    with store.open():
        pass

    snapshot = look_at(store, valkey)

    assert snapshot.queue is not None
    assert (snapshot.queue.oldest_seconds, snapshot.queue.dead) == (None, 0)
    assert (snapshot.outbox, snapshot.webhooks, snapshot.destinations) == ((0, None), [], [])
    assert snapshot.gate is not None
    assert snapshot.gate.state is GateState.CONDEMNED


@pytest.mark.parametrize("how", ["killed", "frozen"])
def test_without_redis_the_ledger_is_told_and_the_rest_is_named(
    store: Store, valkey: ValkeyPlace, how: str
) -> None:
    prepared(store)
    if how == "killed":
        valkey.kill()
    else:
        valkey.pause()

    started_at = time.monotonic()
    snapshot = look_at(store, valkey)
    took_seconds = time.monotonic() - started_at

    assert (snapshot.queue, len(snapshot.budget)) == (None, 4)
    assert snapshot.gate is not None
    assert snapshot.gate.state is GateState.UNREACHABLE
    assert [trouble.partition(":")[0] for trouble in snapshot.troubles] == ["queue", "gate"]
    assert took_seconds < 3 * PATIENCE_SECONDS


def test_without_the_ledger_queue_and_gate_are_told(store: Store, valkey: ValkeyPlace) -> None:
    prepared(store)

    async def first(booth: SnapshotBooth) -> None:
        await initialise(store, booth)

    snapshot = look_at(store, valkey, first, fault=LedgerError("it is locked"))

    assert snapshot.troubles == ["ledger: it is locked"]
    assert (snapshot.outbox, snapshot.budget) == (None, ())
    assert snapshot.queue is not None
    assert snapshot.gate is not None
    assert snapshot.gate.state is GateState.PAUSED
