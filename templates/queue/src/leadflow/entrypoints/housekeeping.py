"""What a running process does beside its work: it makes room, at the start and once an hour."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

from leadflow.bootstrap_receiving import Receiving, purge_old
from leadflow.domain.errors import LedgerError
from leadflow.entrypoints.delivery_loop import rest
from leadflow.entrypoints.watches import Log
from leadflow.settings import Settings

__all__ = ["allow_connections", "keep_purging"]

PURGE_SECONDS = 3_600
MOST_FILES = 65_536


async def keep_purging(
    settings: Settings, receiving: Receiving, log: Log, *, stop: asyncio.Event
) -> None:
    """Purge by the settings until `stop`; a store that cannot now may be able to in an hour."""
    while not stop.is_set():
        try:
            gone = await purge_old(
                settings, receiving, now=time.time(), goes_on=lambda: not stop.is_set()
            )
        except LedgerError as fault:
            log.failed("purge", fault)
        else:
            log.write("info", "purge", **gone)
        await rest(stop, seconds=PURGE_SECONDS)


def allow_connections() -> None:
    """Let the process hold as many connections as it may; the usual limit of 1,024 files is low."""
    try:
        import resource  # noqa: PLC0415 - there is none on Windows
    except ImportError:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < most:
        with suppress(OSError, ValueError):  # macOS may think less of it
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
