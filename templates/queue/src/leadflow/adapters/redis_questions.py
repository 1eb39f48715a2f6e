"""The question to the gate, and what this process has seen of the gate's numbers.

Every change there has a number. Numbers older than what was seen are from a copy that was
restored, and the script refuses them, for everybody.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from redis.asyncio import Redis

from leadflow.adapters.redis_gate_answers import is_to_be_judged
from leadflow.adapters.redis_scripts import Lua
from leadflow.adapters.redis_terms import GateKeys, gate_terms
from leadflow.domain.gate import GateRules

__all__ = ["Questions"]


class _Known(NamedTuple):
    epoch: str = ""
    sequence: int = 0


class Questions:
    """Asks; the mark it goes by is the one that was last judged good."""

    def __init__(
        self,
        client: Redis,
        rules: GateRules,
        keys: GateKeys,
        webhook_ids: Sequence[str],
        lua: Lua,
    ) -> None:
        self._client, self._keys, self._lua = client, keys, lua
        self._fixed = {"webhook_ids": list(webhook_ids), "rules": gate_terms(rules)}
        self._known = _Known()

    def go_by(self, epoch: str) -> None:
        """Believe what carries this mark; of another one, nothing has been seen."""
        if epoch != self._known.epoch:
            self._known = _Known(epoch)

    async def ask(self, leave_id: str) -> list[Any]:
        known = self._known
        asked = json.dumps({"known": known._asdict(), **self._fixed})
        keys = (*self._keys, self._keys.leave(leave_id))
        answer: list[Any] = await self._lua["ask"].run(self._client, keys, asked)
        if known.epoch == self._known.epoch and not is_to_be_judged(answer):
            self._known = _Known(known.epoch, max(self._known.sequence, int(answer[1])))
        return answer
