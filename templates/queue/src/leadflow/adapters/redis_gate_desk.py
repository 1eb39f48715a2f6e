"""The gate in Redis, beside asking and reporting: what a person sees and does."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable

from redis.asyncio import Redis

from leadflow.adapters.redis_failures import reaching
from leadflow.adapters.redis_held import budget_fields, read_held
from leadflow.adapters.redis_scripts import LUA, Lua, send
from leadflow.adapters.redis_terms import GateKeys, microseconds
from leadflow.domain.gate_held import Held
from leadflow.domain.standing import Standing

__all__ = ["RedisGateDesk"]

FIRST_PAUSE_SECONDS = 1.0  # nobody knows what was granted within the last second


class RedisGateDesk:
    """One gate, by its namespace. LedgerError when Redis cannot be used."""

    def __init__(
        self,
        client: Redis,
        namespace: str,
        *,
        lua: Lua = LUA,
        new_mark: Callable[[], str] = lambda: uuid.uuid4().hex,
    ) -> None:
        self._client, self._lua, self._new_mark = client, lua, new_mark
        self._keys = GateKeys.of(namespace)

    async def held(self) -> Held:
        with reaching():
            return read_held(await self._lua["show"].run(self._client, self._keys))

    async def put(self, standing: Standing) -> str:
        epoch = self._new_mark()
        told = {
            "epoch": epoch,
            "budget": budget_fields(standing.budget),
            "webhooks": {f"used:{name}": used for name, used in standing.webhooks.items()},
            "pause": microseconds(FIRST_PAUSE_SECONDS),
        }
        with reaching():
            await self._lua["init"].run(self._client, self._keys, json.dumps(told))
        return epoch

    async def confirm(self, server_id: str) -> None:
        await self._set("verified", server_id)

    async def condemn(self, reason: str) -> None:
        await self._set("condemned", reason)

    async def isolate(self, reason: str) -> None:
        """Let nothing through, for every worker, until `close`."""
        await self._set("isolated", reason or "no reason was given")

    async def close(self) -> None:
        """End an isolation and close the breaker, for every worker."""
        with reaching():
            await self._lua["close"].run(self._client, (self._keys.gate, self._keys.breaker))

    async def _set(self, field: str, text: str) -> None:
        with reaching():
            await send(self._client, "HSET", self._keys.gate, field, text)
