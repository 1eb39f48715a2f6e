"""The breaker of one destination: the same for all workers, and apart from every other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from harness.gates import FAST, NAMESPACE
from harness.valkey import ValkeyPlace
from leadflow.adapters.redis_breaker import RedisBreaker
from leadflow.adapters.redis_client import open_redis
from leadflow.domain.call_end import Feed
from leadflow.domain.circuit_breaker import BreakerState
from leadflow.domain.errors import LedgerError
from leadflow.domain.shared_breaker import Admission

CLOSED, OPEN, HALF_OPEN = BreakerState.CLOSED, BreakerState.OPEN, BreakerState.HALF_OPEN
Story = Callable[[RedisBreaker, RedisBreaker, RedisBreaker], Awaitable[None]]


@asynccontextmanager
async def breaker_on(place: ValkeyPlace, destination: str) -> AsyncIterator[RedisBreaker]:
    async with open_redis(place.url) as client:
        yield RedisBreaker(client, FAST, destination, NAMESPACE, lambda: 0.0)


def tell(valkey: ValkeyPlace, story: Story) -> None:
    """Two workers before the CRM, and one before another destination."""

    async def told() -> None:
        async with AsyncExitStack() as stack:
            breakers = [
                await stack.enter_async_context(breaker_on(valkey, name))
                for name in ("crm", "crm", "outreach")
            ]
            await story(*breakers)

    asyncio.run(told())


async def failed(breaker: RedisBreaker, *, times: int = 1) -> None:
    for _ in range(times):
        await breaker.learn(await breaker.admit(), Feed.BAD)


def test_what_one_worker_learns_all_of_them_know_and_no_other_destination(
    valkey: ValkeyPlace,
) -> None:
    async def story(one: RedisBreaker, same: RedisBreaker, another: RedisBreaker) -> None:
        await failed(one, times=3)
        await failed(same, times=1)
        learnt = await same.learn(await same.admit(), Feed.BAD)

        assert (learnt.before, learnt.after) == (CLOSED, OPEN)
        assert 0 < learnt.wait_seconds <= FAST.open_seconds
        assert 0 < (await one.admit()).wait_seconds <= FAST.open_seconds
        assert (await another.admit()).wait_seconds == 0

    tell(valkey, story)


def test_over_all_workers_one_probes_and_two_good_ones_close_it(valkey: ValkeyPlace) -> None:
    async def story(one: RedisBreaker, same: RedisBreaker, _: RedisBreaker) -> None:
        await failed(one, times=5)
        await asyncio.sleep(FAST.open_seconds)
        for expected in (HALF_OPEN, CLOSED):
            answers: list[Admission] = await asyncio.gather(
                *(breaker.admit() for breaker in (one, same) * 5)
            )
            (probe,) = [answer for answer in answers if answer.is_probe]
            assert sum(answer.wait_seconds > 0 for answer in answers) == 9
            assert (await same.learn(probe, Feed.GOOD)).after is expected

    tell(valkey, story)


def test_a_pause_that_the_destination_asks_for_is_kept_by_all(valkey: ValkeyPlace) -> None:
    async def story(one: RedisBreaker, same: RedisBreaker, another: RedisBreaker) -> None:
        learnt = await one.learn(await one.admit(), Feed.NONE, pause_seconds=10)

        assert learnt.after is CLOSED
        assert 9 < (await same.admit()).wait_seconds <= 10
        assert (await another.admit()).wait_seconds == 0

    tell(valkey, story)


@pytest.mark.parametrize("feed", [Feed.GOOD, Feed.BAD])
def test_a_late_result_changes_nothing(valkey: ValkeyPlace, feed: Feed) -> None:
    async def story(one: RedisBreaker, same: RedisBreaker, _: RedisBreaker) -> None:
        late = await same.admit()
        await failed(one, times=5)
        assert (await same.learn(late, feed)).after is OPEN
        await asyncio.sleep(FAST.open_seconds)
        await one.admit()
        assert (await same.learn(late, feed)).after is HALF_OPEN

    tell(valkey, story)


def test_without_redis_the_caller_hears_so_and_goes_by_a_breaker_of_its_own(
    valkey: ValkeyPlace,
) -> None:
    async def story(one: RedisBreaker, _: RedisBreaker, __: RedisBreaker) -> None:
        leave = await one.admit()
        valkey.kill()
        with pytest.raises(LedgerError):
            await one.admit()
        with pytest.raises(LedgerError):
            await one.learn(leave, Feed.BAD)

    tell(valkey, story)
