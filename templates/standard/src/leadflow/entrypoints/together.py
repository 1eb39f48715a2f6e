"""Parts of one process that run until the same `stop`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence

__all__ = ["all_of"]


async def all_of(parts: Sequence[Awaitable[None]], stop: asyncio.Event) -> None:
    """Run them together; when one ends the others are told to stop, and finish in good order."""

    async def one(part: Awaitable[None]) -> None:
        try:
            await part
        finally:
            stop.set()

    ends = await asyncio.gather(*map(one, parts), return_exceptions=True)
    for end in ends:
        if isinstance(end, BaseException):
            raise end
