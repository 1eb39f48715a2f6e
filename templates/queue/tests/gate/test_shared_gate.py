"""The gate before a destination, when several workers share it, and when Redis is away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from harness.gates import FAST, NAMESPACE
from harness.valkey import ValkeyPlace
from leadflow.adapters.redis_breaker import RedisBreaker
from leadflow.adapters.redis_client import open_redis
from leadflow.domain.delivery import Outcome, OutcomeKind
from leadflow.domain.retry import RetryPolicy
from leadflow.entrypoints.gate import Pass
from leadflow.entrypoints.shared_gate import SharedGate
from leadflow.entrypoints.worker_terms import SilentWorker, WorkerTerms

POLICY = RetryPolicy(base_seconds=1, cap_seconds=1, max_retry_after_seconds=900, max_attempts=5)
TERMS = WorkerTerms(POLICY)  # whose own breaker stays open for half a minute
DOWN, WELL = Outcome(OutcomeKind.TRANSIENT, "it is down"), Outcome(OutcomeKind.DELIVERED)
REFUSED = Outcome(OutcomeKind.PERMANENT, "no such field")
BUSY = Outcome(OutcomeKind.HELD, "rate limited", retry_after_seconds=30)


class Told(SilentWorker):
    def __init__(self) -> None:
        self.heard: list[str] = []

    def opened(self, destination: str, reason: str, *, seconds: float) -> None:
        self.heard.append(f"{destination} opened: {reason}")

    def closed(self, destination: str) -> None:
        self.heard.append(f"{destination} closed")


Story = Callable[[SharedGate, SharedGate, Told], Awaitable[None]]


@asynccontextmanager
async def gate_before(place: ValkeyPlace, told: Told) -> AsyncIterator[SharedGate]:
    async with open_redis(place.url) as client:
        breaker = RedisBreaker(client, FAST, "crm", NAMESPACE, lambda: 0.0)
        yield SharedGate("crm", breaker, TERMS, told)


def tell(valkey: ValkeyPlace, story: Story) -> None:
    async def story_told() -> None:
        told = Told()
        async with AsyncExitStack() as stack:
            gates = [await stack.enter_async_context(gate_before(valkey, told)) for _ in range(2)]
            await story(gates[0], gates[1], told)

    asyncio.run(story_told())


async def leave_of(gate: SharedGate) -> Pass:
    leave = await gate.admit()
    assert leave is not None
    return leave


async def call(gate: SharedGate, outcomes: Sequence[Outcome], *, times: int = 1) -> None:
    for _ in range(times):
        await gate.learn(outcomes, await leave_of(gate))


def test_five_failures_over_two_workers_shut_both_and_one_of_them_says_so(
    valkey: ValkeyPlace,
) -> None:
    async def story(one: SharedGate, other: SharedGate, told: Told) -> None:
        await call(one, [DOWN], times=3)
        assert one.is_wide_open
        await call(other, [DOWN], times=2)

        assert await one.admit() is None
        assert 0 < one.wait() <= 1.0
        assert not one.is_wide_open
        assert told.heard == ["crm opened: it is down"]

        await asyncio.sleep(FAST.open_seconds)
        for gate in (one, other):
            probe = await leave_of(gate)
            assert probe.is_probe
            assert await one.admit() is None
            await gate.learn([WELL], probe)
        assert told.heard == ["crm opened: it is down", "crm closed"]
        await call(one, [WELL])
        assert one.is_wide_open

    tell(valkey, story)


@pytest.mark.parametrize("outcomes", [[REFUSED], [DOWN, WELL], [BUSY]])
def test_a_destination_that_answers_stays_open(
    valkey: ValkeyPlace, outcomes: Sequence[Outcome]
) -> None:
    async def story(one: SharedGate, _: SharedGate, told: Told) -> None:
        await call(one, [DOWN], times=4)
        leave = await leave_of(one)
        await one.learn(outcomes, leave)
        assert told.heard == []

    tell(valkey, story)


def test_a_rate_limit_holds_all_workers(valkey: ValkeyPlace) -> None:
    async def story(one: SharedGate, other: SharedGate, _: Told) -> None:
        await call(one, [BUSY])
        assert await other.admit() is None
        assert 0 < other.wait() <= 1.0, "a longer sleep would not see it end"

    tell(valkey, story)


def test_while_redis_is_away_each_worker_goes_by_a_breaker_of_its_own(valkey: ValkeyPlace) -> None:
    async def story(one: SharedGate, other: SharedGate, told: Told) -> None:
        in_flight = await leave_of(one)
        valkey.kill()
        await one.learn([DOWN], in_flight)  # nobody can be told

        await call(one, [DOWN], times=5)
        assert await one.admit() is None
        assert told.heard == ["crm opened: it is down"]
        await call(other, [WELL])  # which has seen no failure

        valkey.restart()
        await asyncio.sleep(1.0)  # by then it asks again
        await call(one, [WELL])

    tell(valkey, story)
