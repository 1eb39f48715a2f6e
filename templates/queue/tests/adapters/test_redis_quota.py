"""The retry quota that all workers share does as the one of the domain."""

from __future__ import annotations

import asyncio
import random

from harness.valkey import ValkeyPlace
from leadflow.adapters.redis_client import open_redis
from leadflow.adapters.redis_quota import RedisQuota
from leadflow.domain.retry_quota import RetryQuota


def test_it_allows_and_denies_as_the_model_does(valkey: ValkeyPlace) -> None:
    chance, model = random.Random(7), RetryQuota()

    async def compare() -> None:
        nonlocal model
        async with open_redis(valkey.url) as one, open_redis(valkey.url) as other:
            quotas = [RedisQuota(client, "leadflow") for client in (one, other)]
            for _ in range(1_000):
                quota = chance.choice(quotas)
                if chance.random() < 0.7:
                    is_granted, model = model.spend()
                    assert await quota.spend() is is_granted
                else:
                    model = model.on_success()
                    await quota.on_success()

    asyncio.run(compare())


def test_without_redis_a_retry_is_allowed_because_the_gate_will_not_let_it_go(
    valkey: ValkeyPlace,
) -> None:
    valkey.kill()

    async def ask() -> bool:
        async with open_redis(valkey.url) as client:
            return await RedisQuota(client, "leadflow").spend()

    assert asyncio.run(ask()) is True
