"""The gate and the dead jobs of this project, opened for a command and closed after it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from leadflow.bootstrap import load_clay_limits
from leadflow.domain.limits import name_webhook
from leadflow.entrypoints.cli_gate import GatePlace
from leadflow.entrypoints.cli_top import Snapshots
from leadflow.entrypoints.dead_jobs_desk import DeadDesk
from leadflow.entrypoints.gate_view import GateTerms
from leadflow.settings import load_settings

__all__ = ["open_dead_desk", "open_gate_place", "open_snapshots"]

# The queue's libraries are imported where they are needed: they are slow to load.


def open_snapshots() -> AbstractAsyncContextManager[Snapshots]:
    from leadflow.bootstrap_top import open_snapshots as opening  # noqa: PLC0415 - see above

    return opening()


@asynccontextmanager
async def open_gate_place() -> AsyncIterator[GatePlace]:
    from leadflow.bootstrap_queue import open_queue_desk  # noqa: PLC0415 - see above
    from leadflow.bootstrap_redis import cost_of  # noqa: PLC0415 - see above

    settings = load_settings()
    named = map(name_webhook, settings.webhook_urls)
    labels = {webhook.webhook_id: webhook.label for webhook in named}
    terms = GateTerms(settings.caps, cost_of(settings), load_clay_limits().webhook_life, labels)
    async with open_queue_desk(settings) as desk:
        yield GatePlace(desk.gate, desk.witness, terms)


@asynccontextmanager
async def open_dead_desk() -> AsyncIterator[DeadDesk]:
    from leadflow.bootstrap_queue import open_queue_desk  # noqa: PLC0415 - see above

    async with open_queue_desk(load_settings()) as desk:
        yield DeadDesk(desk.queue, desk.dead_jobs)
