"""Where Redis is, and what of it every process shares: the gate before Clay, and the breakers.

REDIS_URL, or .valkey ── redis_place ──> a server ──┬── RedisGate <── CommittedWitness ── Database
                                                    └── RedisBreaker, one for each destination
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, asynccontextmanager, contextmanager
from typing import NamedTuple, Protocol
from urllib.parse import urlsplit

from redis.asyncio import Redis

from leadflow.adapters.at_once import finished
from leadflow.adapters.committed_witness import CommittedWitness
from leadflow.adapters.group_commit import GroupCommit
from leadflow.adapters.redis_breaker import RedisBreaker
from leadflow.adapters.redis_client import check_durability, open_redis
from leadflow.adapters.redis_gate import RedisGate
from leadflow.adapters.redis_gate_desk import RedisGateDesk
from leadflow.adapters.sql_witness import SqlWitness
from leadflow.bootstrap import QUEUE_ROLE
from leadflow.bootstrap_rules import load_clay_limits
from leadflow.bootstrap_store import has_ledger, hold, is_shared, open_store_to_read
from leadflow.domain.circuit_breaker import BreakerRules
from leadflow.domain.credit_budget import Cost
from leadflow.domain.errors import LedgerBusy, LedgerError
from leadflow.domain.gate import GateRules
from leadflow.domain.gate_held import Held
from leadflow.domain.limits import name_webhook
from leadflow.domain.rate_limit import RateLimit
from leadflow.settings import Settings

__all__ = [
    "GateSight",
    "HeldQueue",
    "cost_of",
    "hold_queue",
    "ledger_mark",
    "look_at_redis",
    "name_redis",
    "open_breakers",
    "open_gate",
    "redis_address",
    "redis_place",
]

PATIENCE_SECONDS = 5.0  # of somebody who only looks
SILENT = "it does not answer in time"
SENDING = "a run of `leadflow send` is using the ledger; wait for it to end, or use `enqueue`"


@contextmanager
def redis_place(settings: Settings) -> Iterator[str]:
    """Give the URL of the server: the one of the settings, or one of the folder's own."""
    with ExitStack() as stack:
        url = settings.redis_url
        if not url:
            # Imported here because a project with a Redis of its own needs no server program.
            from leadflow.adapters.embedded_valkey import running_valkey  # noqa: PLC0415

            url = stack.enter_context(running_valkey(settings.valkey))
        yield url


def redis_address(settings: Settings) -> str:
    """Name the server for who only looks: where the folder's own does not run, nobody is there."""
    if settings.redis_url:
        return settings.redis_url
    from leadflow.adapters.embedded_valkey import valkey_url  # noqa: PLC0415 - as above

    return valkey_url(settings.valkey)


def name_redis(settings: Settings) -> str:
    """Say which server it is, without the password."""
    parts = urlsplit(settings.redis_url)
    return f"{parts.hostname or parts.path}:{parts.port or 6379}" if settings.redis_url else ""


class GateSight(NamedTuple):
    """The gate as somebody finds it who only looks."""

    held: Held
    note: str | None  # what could not be checked


async def look_at_redis(settings: Settings) -> GateSight:
    """Look once. SettingsError for a server that forgets, LedgerError when nobody answers."""
    async with open_redis(redis_address(settings)) as client:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                is_vouched = settings.redis_durability == "vouched"
                note = await check_durability(client, vouched=is_vouched)
                return GateSight(await RedisGateDesk(client, settings.token_audience).held(), note)
        except TimeoutError as fault:
            raise LedgerError(SILENT) from fault


def ledger_mark(settings: Settings) -> str:
    """Read the mark of the gate that the ledger knows; "" before the first."""
    if not has_ledger(settings.database):
        return ""
    with open_store_to_read(settings.database) as database:
        return finished(SqlWitness(database).epoch())


class HeldQueue(Protocol):
    """The place among workers. A database that restarts takes it away."""

    async def lost(self) -> None:
        """Return when it may be lost."""

    def take(self) -> None:
        """Take it again. Blocks; LedgerBusy when a run of `leadflow send` was quicker."""


@contextmanager
def hold_queue(settings: Settings) -> Iterator[HeldQueue | None]:
    """Stand beside other workers, and beside no run of `leadflow send`.

    What is lent may be lost with its connection, and taken again; None where it cannot.
    """
    with ExitStack() as stack:
        try:
            held = stack.enter_context(_among_workers(settings.database))
        except LedgerBusy as busy:
            raise LedgerBusy(SENDING) from busy
        yield held


def _among_workers(database: str) -> AbstractContextManager[HeldQueue | None]:
    if not is_shared(database):
        return hold(database, role=QUEUE_ROLE)
    # Imported here because the driver is slow to load, and a project on SQLite never needs it.
    from leadflow.adapters.worker_lock import hold_among_workers  # noqa: PLC0415

    return hold_among_workers(database, role=QUEUE_ROLE)


@asynccontextmanager
async def open_breakers(
    settings: Settings, *, url: str
) -> AsyncIterator[Callable[[str, BreakerRules], RedisBreaker]]:
    """Lend the breaker of each destination, by its name, that all workers share."""
    async with open_redis(url) as client:

        def breaker(destination: str, rules: BreakerRules) -> RedisBreaker:
            namespace = settings.token_audience
            return RedisBreaker(client, rules, destination, namespace, random.random)

        yield breaker


def open_gate(settings: Settings, client: Redis, writer: GroupCommit) -> RedisGate:
    """The gate, with the ledger as its witness."""
    return RedisGate(
        client,
        _gate_rules(settings),
        _webhook_ids(settings),
        settings.token_audience,
        random.random,
        witness=CommittedWitness(writer),
    )


def _gate_rules(settings: Settings) -> GateRules:
    """What the gate goes by; the same in every process with the same settings."""
    return GateRules(
        rate=RateLimit.strict(int(settings.calls_per_second)),
        cost=cost_of(settings),
        caps=settings.caps,
        webhook_life=load_clay_limits().webhook_life,
    )


def cost_of(settings: Settings) -> Cost:
    """What one lead may cost at worst."""
    return Cost(settings.credits_per_lead, int(settings.actions_per_lead))


def _webhook_ids(settings: Settings) -> list[str]:
    return [name_webhook(url).webhook_id for url in settings.webhook_urls]
