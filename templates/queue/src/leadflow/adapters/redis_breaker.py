"""The circuit breaker of one destination, shared by all workers: the gate's functions, its own key.

Nothing is reserved here and nobody is charged, so a Redis that cannot be used is no reason to hold
deliveries back: `admit` and `learn` raise LedgerError, and the caller goes by a breaker of its own.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from redis.asyncio import Redis

from leadflow.adapters.redis_failures import reaching
from leadflow.adapters.redis_scripts import LUA, Lua
from leadflow.adapters.redis_terms import breaker_terms, destination_key, microseconds, seconds
from leadflow.domain.call_end import Feed
from leadflow.domain.circuit_breaker import BreakerRules, BreakerState
from leadflow.domain.pacing import LONGEST_PAUSE_SECONDS
from leadflow.domain.shared_breaker import Admission, Learnt

__all__ = ["RedisBreaker"]


class RedisBreaker:
    """Stands before one destination, in all processes."""

    def __init__(
        self,
        client: Redis,
        rules: BreakerRules,
        destination: str,
        namespace: str,
        jitter: Callable[[], float],
        *,
        lua: Lua = LUA,
    ) -> None:
        self._client, self._jitter, self._lua = client, jitter, lua
        self._key = destination_key(namespace, destination)
        self._rules = {
            "breaker": breaker_terms(rules),
            "longest_pause": microseconds(LONGEST_PAUSE_SECONDS),
        }

    async def admit(self) -> Admission:
        """May a call start? Whoever has leave tells `learn` how it ended."""
        is_admitted, state, number = await self._run("admit", {})
        if is_admitted:
            return Admission(BreakerState(state), generation=int(number))
        return Admission(BreakerState(state), wait_seconds=seconds(number))

    async def learn(
        self, leave: Admission, feed: Feed, *, pause_seconds: float | None = None
    ) -> Learnt:
        """Note how a call ended; a pause that the destination asked for is kept by all."""
        told = {"feeds": feed, "generation": leave.generation, "jitter": self._jitter()}
        if pause_seconds:
            told["pause"] = microseconds(min(pause_seconds, LONGEST_PAUSE_SECONDS))
        before, after, left = await self._run("learn", told)
        return Learnt(BreakerState(before), BreakerState(after), seconds(left))

    async def _run(self, script: str, told: dict[str, object]) -> list[str]:
        with reaching():
            answer: list[str] = await self._lua[script].run(
                self._client, [self._key], json.dumps({**told, "rules": self._rules})
            )
        return answer
