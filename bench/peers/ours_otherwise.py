"""The shipped handler over another inbox, to see what storing costs.

unstored             it says NEW and keeps nothing
one-commit-per-row   it is SQLite as shipped, except that no two rows share a commit
"""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

from leadflow.adapters.committed import CommittedInbox
from leadflow.adapters.group_commit import group_commit
from leadflow.bootstrap_receiving import JsonLog, Metrics, callback_rules
from leadflow.bootstrap_store import open_store
from leadflow.domain.inbox import Acceptance, Arrival
from leadflow.entrypoints.receiving import Receiver, stop_on_signals
from leadflow.entrypoints.server import listen
from leadflow.entrypoints.serving import fast_loop
from leadflow.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from leadflow.use_cases.receive_callback import Inbox


class Forgetful:
    """An inbox that keeps nothing."""

    async def accept(self, _arrival: Arrival) -> Acceptance:
        return Acceptance.NEW

    async def quarantine(self, body: bytes, *, reason: str, now: float) -> None:
        raise NotImplementedError(f"refused at {now}: {reason} ({len(body)} bytes)")


async def _sound() -> None:
    """Commit nothing."""


@asynccontextmanager
async def _unstored() -> AsyncIterator[Inbox]:
    yield Forgetful()


@asynccontextmanager
async def _one_commit_per_row() -> AsyncIterator[Inbox]:
    async with group_commit(partial(open_store, load_settings().database), max_batch=1) as writer:
        yield CommittedInbox(writer)


INBOXES = {"unstored": _unstored, "one-commit-per-row": _one_commit_per_row}


async def run(which: str) -> None:
    stop, log = asyncio.Event(), JsonLog()
    stop_on_signals(stop)
    rules = callback_rules(load_settings())
    with listen("127.0.0.1", int(os.environ["PORT"]), is_behind_proxy=False) as listener:
        async with INBOXES[which]() as inbox:
            meters = Metrics()
            receiver = Receiver(rules, inbox, _sound, meters, exposition=meters, log=log)
            await receiver.run(listener, stop=stop)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=fast_loop()) as runner:
        runner.run(run(sys.argv[1]))
