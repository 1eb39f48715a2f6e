"""How long a command of a person waits for Redis before it says so."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from leadflow.domain.errors import LedgerError

__all__ = ["in_time"]

T = TypeVar("T")
PATIENCE_SECONDS = 10.0
SILENT = "Redis does not answer in time; nothing was lost, run again when it does"


async def in_time(answer: Awaitable[T]) -> T:
    """Wait for one answer; LedgerError when it does not come."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await answer
    except TimeoutError as fault:
        raise LedgerError(SILENT) from fault
