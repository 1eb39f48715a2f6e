"""A connection to Redis or Valkey that a long worker can stand on.

redis-py's own timeout of 5 s is that of a worker's blocking read, and the two collide inside its
retries: a worker can stop for good. So ours is longer than any blocking read; to connect, it waits
2 s, and when nobody answers it says so within a second.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff
from redis.exceptions import ResponseError

from leadflow.adapters.redis_failures import describe, reaching
from leadflow.domain.errors import SettingsError

__all__ = ["check_durability", "open_redis"]

READ_SECONDS = 20  # more than a blocking read of a worker takes, and 10 s
CONNECT_SECONDS = 2
RETRIES = 3
CHECK_SECONDS = 30  # an idle connection is tried before it is used

DURABLE = {
    "maxmemory-policy": ("noeviction", "forgets jobs and the budget when its memory is full"),
    "appendonly": ("yes", "forgets everything when it is killed"),
    "appendfsync": ("always", "forgets what it acknowledged last when the power fails"),
}
WRONG = "REDIS_URL: the server has `{name} {value}` and so {harm}; set `{name} {wanted}` there"
UNCHECKED = (
    "REDIS_URL: the server does not let us read its settings ({fault}); see that it has {wanted}, "
    "then set REDIS_DURABILITY=vouched"
)
VOUCHED = "REDIS_DURABILITY=vouched: that Redis syncs every write and evicts nothing is unchecked"


@asynccontextmanager
async def open_redis(url: str) -> AsyncIterator[Redis]:
    """Lend a pool of connections; nothing is sent before the first command."""
    client: Redis = Redis.from_url(
        url,
        decode_responses=True,
        socket_timeout=READ_SECONDS,
        socket_connect_timeout=CONNECT_SECONDS,
        health_check_interval=CHECK_SECONDS,
        retry=Retry(ExponentialWithJitterBackoff(base=0.05, cap=0.3), RETRIES),
        **({} if url.startswith("unix:") else {"socket_keepalive": True}),
    )
    try:
        yield client
    finally:
        await client.aclose()


async def check_durability(client: Redis, *, vouched: bool = False) -> str | None:
    """Raise SettingsError for a server that evicts, or does not sync; name the lines to change.

    Where the server does not tell its settings, its owner must vouch for them: then the sentence
    to log is returned. What it tells is believed before any vouching.
    """
    try:
        with reaching():
            problems = await _problems(client)
    except _Untold as fault:
        if vouched:
            return VOUCHED
        wanted = " and ".join(f"`{name} {right}`" for name, (right, _) in DURABLE.items())
        raise SettingsError([UNCHECKED.format(fault=fault, wanted=wanted)]) from fault
    if problems:
        raise SettingsError(problems)
    return None


async def _problems(client: Redis) -> list[str]:
    found = []
    for name, (wanted, harm) in DURABLE.items():
        try:
            value = (await client.config_get(name)).get(name)
        except ResponseError as fault:  # NOPERM of an ACL, or a host has taken the command away
            raise _Untold(describe(fault)) from fault
        if value is None:
            raise _Untold(f"no {name}")
        if value != wanted:
            found.append(WRONG.format(name=name, value=value, harm=harm, wanted=wanted))
    return found


class _Untold(Exception):  # noqa: N818 - the server keeps its settings to itself
    pass
