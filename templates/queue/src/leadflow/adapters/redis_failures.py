"""Redis' failures as ours, in words that hold no address and no value."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from redis import exceptions
from redis.exceptions import RedisError, ResponseError

from leadflow.domain.errors import LedgerError

__all__ = ["describe", "reaching"]

AWAY = "Redis cannot be used now: {fault}; nothing was lost, run again when it is back"
FAULTS: dict[type[BaseException], str] = {
    exceptions.BusyLoadingError: "it still reads its data",
    exceptions.OutOfMemoryError: "its memory is full",
    exceptions.ReadOnlyError: "it takes no changes, so it is a replica",
    exceptions.NoPermissionError: "its access list does not let our user do this",
    exceptions.AuthenticationError: "it does not accept the password",
    exceptions.TimeoutError: "it does not answer in time",
    TimeoutError: "it does not answer in time",
}


@contextmanager
def reaching() -> Iterator[None]:
    """Turn redis-py's failures into ours."""
    try:
        yield
    except (RedisError, OSError) as fault:
        raise LedgerError(AWAY.format(fault=describe(fault))) from fault


def describe(fault: BaseException) -> str:
    """Say what failed in a few words, without an address or a value."""
    for kind, words in FAULTS.items():
        if isinstance(fault, kind):
            return words
    if isinstance(fault, ResponseError):  # the server's own word for it, such as MISCONF
        return str(fault).partition(" ")[0].rstrip(":")
    return "no connection"
