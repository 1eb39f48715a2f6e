"""The retry quota of domain/retry_quota.py, kept once for all workers.

Where Redis does not answer a retry is allowed: it will have to ask the gate, which needs Redis too.
"""

from __future__ import annotations

from redis.asyncio import Redis
from redis.exceptions import RedisError

from leadflow.adapters.redis_terms import quota_key
from leadflow.domain.retry_quota import FULL, RETRY_COSTS, SUCCESS_GIVES

__all__ = ["RedisQuota"]

SPEND = """
    local left = tonumber(redis.call('GET', KEYS[1]) or ARGV[1])
    if left < tonumber(ARGV[2]) then return 0 end
    redis.call('SET', KEYS[1], left - ARGV[2])
    return 1
"""
GIVE = """
    local left = tonumber(redis.call('GET', KEYS[1]) or ARGV[1])
    if left < tonumber(ARGV[1]) then
        redis.call('SET', KEYS[1], math.min(ARGV[1], left + ARGV[2]))
    end
"""


class RedisQuota:
    """One bucket of tokens."""

    def __init__(self, client: Redis, namespace: str) -> None:
        self._key = quota_key(namespace)
        self._spend = client.register_script(SPEND)
        self._give = client.register_script(GIVE)

    async def spend(self) -> bool:
        try:
            answer = await self._spend(keys=[self._key], args=[FULL, RETRY_COSTS])
        except (RedisError, OSError):
            return True
        return bool(answer)

    async def on_success(self) -> None:
        try:
            await self._give(keys=[self._key], args=[FULL, SUCCESS_GIVES])
        except (RedisError, OSError):
            return
