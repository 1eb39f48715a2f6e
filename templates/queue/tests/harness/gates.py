"""Gates on a real server: rules as the tests want them, and a clock that a test sets.

The clock is a key on the server: every script reads it there in place of the server's own time, so
that all gates of the namespace live in the same moment. Where the key is missing, time is real.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from harness.valkey import ValkeyPlace
from leadflow.adapters.redis_client import open_redis
from leadflow.adapters.redis_gate import RedisGate
from leadflow.adapters.redis_scripts import LUA, Lua
from leadflow.domain.circuit_breaker import BreakerRules
from leadflow.domain.credit_budget import Caps, Cost
from leadflow.domain.gate import GateRules, Leave, Refusal
from leadflow.domain.rate_limit import RateLimit
from leadflow.domain.standing import Standing
from leadflow.use_cases.trust_gate import Witness

__all__ = [
    "FAST",
    "NAMESPACE",
    "NOTHING",
    "NOT_PACED",
    "RULES",
    "Ledger",
    "gate_on",
    "hash_of",
    "leave_of",
    "own_clock",
    "refusal_of",
    "set_clock",
    "with_caps",
]

NAMESPACE = "test"
CLOCK = "{leadflow:test}:clock"
OWN_CLOCK = """
local function clock()
  local set = redis.call('GET', '{leadflow:test}:clock')
  if set then return tonumber(set) end
  local time = redis.call('TIME')
  return time[1] * 1000000 + time[2]
end
"""
NOTHING = Standing({}, {})
NOT_PACED = RateLimit(interval_seconds=0.000001, burst=1_000_000)  # no rate to speak of
FAST = BreakerRules(open_seconds=0.3, longest_open_seconds=1.0, probe_seconds=0.5, jitter_share=0)
RULES = GateRules(
    rate=NOT_PACED, cost=Cost(6, 4), caps=Caps(), webhook_life=50_000, breaker=BreakerRules()
)


def own_clock() -> Lua:
    """The scripts, by a clock that the test sets."""
    return Lua(replaced={"clock": OWN_CLOCK})


def set_clock(place: ValkeyPlace, seconds: float) -> None:
    place.does("SET", CLOCK, round(seconds * 1_000_000))


@asynccontextmanager
async def gate_on(
    place: ValkeyPlace,
    rules: GateRules = RULES,
    *,
    webhook_ids: Sequence[str] = ("w",),
    standing: Standing | None = NOTHING,
    witness: Witness | None = None,
    lua: Lua = LUA,
    jitter: Callable[[], float] = lambda: 0.0,
) -> AsyncIterator[RedisGate]:
    """Lend a gate; with a `standing` it is initialised, and the first pause is over."""
    async with open_redis(place.url) as client:
        gate = RedisGate(client, rules, webhook_ids, NAMESPACE, jitter, witness=witness, lua=lua)
        if standing is not None:
            await gate.init(standing)
            place.does("HDEL", "{leadflow:test}:gate", "paused_until")
        yield gate


async def leave_of(gate: RedisGate) -> Leave:
    answer = await gate.ask()
    assert isinstance(answer, Leave), answer
    return answer


@dataclass
class Ledger:
    """A witness of which the test says what it has seen."""

    mark: str = ""
    counted: Standing = field(default_factory=lambda: NOTHING)

    async def epoch(self) -> str:
        return self.mark

    async def keep(self, epoch: str) -> None:
        self.mark = epoch

    async def standing(self) -> Standing:
        return self.counted


def refusal_of(answer: Leave | Refusal) -> Refusal:
    assert isinstance(answer, Refusal), answer
    return answer


def with_caps(rules: GateRules = RULES, **caps: float) -> GateRules:
    return replace(rules, caps=Caps(**caps))


def hash_of(place: ValkeyPlace, name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = place.does("HGETALL", f"{{leadflow:{NAMESPACE}}}:{name}")
    return found
