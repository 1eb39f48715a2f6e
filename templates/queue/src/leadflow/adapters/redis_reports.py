"""Reports to the gate, kept until they get through: told once, or twice with no harm."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from redis.asyncio import Redis

from leadflow.adapters.redis_scripts import Lua
from leadflow.adapters.redis_terms import GateKeys, gate_terms, microseconds
from leadflow.domain.call_end import CallEnd
from leadflow.domain.gate import GateRules

__all__ = ["Reports"]


class _Report(NamedTuple):
    leave_id: str
    told: str


class Reports:
    """What this process still owes the gate. When it dies they are lost, and the charges stand."""

    def __init__(
        self,
        client: Redis,
        rules: GateRules,
        keys: GateKeys,
        jitter: Callable[[], float],
        lua: Lua,
    ) -> None:
        self._client, self._rules, self._keys = client, rules, keys
        self._jitter, self._lua = jitter, lua
        self._terms = {"breaker": gate_terms(rules)["breaker"]}
        self._owed: list[_Report] = []

    def owe(
        self,
        leave_id: str,
        end: CallEnd,
        *,
        is_probe: bool,
        retry_after_seconds: float | None = None,
    ) -> None:
        told: dict[str, Any] = {
            "is_charged": end.is_charged,
            "feeds": end.feed(is_probe=is_probe),
            "is_full": end is CallEnd.WEBHOOK_FULL,
            "jitter": self._jitter(),
            "rules": self._terms,
        }
        if end is CallEnd.RATE_LIMITED:
            told["pause"] = microseconds(self._rules.pause(retry_after_seconds))
        self._owed.append(_Report(leave_id, json.dumps(told)))

    async def tell(self) -> None:
        """Tell everything that is owed, the oldest first; what fails stays owed."""
        while self._owed:
            report = self._owed[0]
            keys = (*self._keys, self._keys.leave(report.leave_id))
            await self._lua["report"].run(self._client, keys, report.told)
            if report in self._owed:  # another call may have told it meanwhile
                self._owed.remove(report)
