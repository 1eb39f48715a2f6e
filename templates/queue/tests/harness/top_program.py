"""`leadflow top` over a made-up queue that sends five leads a second."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from harness.snapshots import BUSY
from leadflow.domain.snapshot import Snapshot
from leadflow.entrypoints.cli_top import Snapshots, top_command


class MadeUp:
    """Every look is a second later, unless the server has fallen silent."""

    def __init__(self) -> None:
        self.looks = 0

    async def look(self) -> Snapshot:
        if os.environ.get("SILENT"):
            await asyncio.Event().wait()
        self.looks += 1
        full, used = BUSY.webhooks
        webhooks = (full, used._replace(used=used.used + 5 * self.looks))
        return BUSY._replace(at=BUSY.at + self.looks, webhooks=webhooks)


@asynccontextmanager
async def made_up() -> AsyncIterator[Snapshots]:
    yield MadeUp()


if __name__ == "__main__":
    top_command(made_up)()
