"""Intake and relay as a process of their own, on a real store and, if there is one, a real queue.

    python -m harness.intake_program FOLDER DATABASE_URL REDIS_URL OPTIONS

Without a Redis ('') nothing is relayed. OPTIONS is a JSON object: burst, per_minute,
poll_seconds, and signs_events (whatever comes is signed as HubSpot signs, unless it is signed
already). A file `die` in the folder makes it kill itself between storing and answering.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from harness.crm import (
    HUBSPOT_SECRET,
    SALESFORCE_SECRET,
    URL,
    hubspot_headers,
)
from harness.receiver import ROOT
from harness.tokens import SECRETS
from leadflow.adapters.bullmq_queue import open_queue
from leadflow.adapters.committed_reception import CommittedOutbox, CommittedReception
from leadflow.adapters.group_commit import GroupCommit, group_commit
from leadflow.adapters.intake_metrics import IntakeMetrics
from leadflow.adapters.json_log import JsonLog
from leadflow.adapters.metrics import Metrics
from leadflow.adapters.redis_client import open_redis
from leadflow.bootstrap import rules_from
from leadflow.bootstrap_store import open_store
from leadflow.domain.retry import RetryPolicy
from leadflow.entrypoints.health import CANNOT_STORE, Readiness
from leadflow.entrypoints.intake import EVENTS_PATH
from leadflow.entrypoints.intake_serving import intake_endpoints
from leadflow.entrypoints.intake_watch import IntakeReporter, RelayReporter
from leadflow.entrypoints.receiving import stop_on_signals
from leadflow.entrypoints.relay_loop import RelayTerms, run_relay
from leadflow.entrypoints.server import listen, serve
from leadflow.settings import Settings, settings_from
from leadflow.use_cases.take_in import ArrivedLead, Taken

NOWHERE = Response(status_code=404)
POLICY = RetryPolicy(0.05, 0.4, max_retry_after_seconds=1, max_attempts=5)


class DyingReception(CommittedReception):
    """Dies between COMMIT and answer when it is told to."""

    def __init__(self, writer: GroupCommit, die: Path) -> None:
        super().__init__(writer)
        self._die = die

    async def take(self, arrived: ArrivedLead) -> Taken:
        taken = await super().take(arrived)
        if self._die.exists():
            self._die.unlink()
            os.kill(os.getpid(), signal.SIGKILL)
        return taken


class Signing:
    """Signs what comes, in the name of HubSpot."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body, is_more = b"", True
        while is_more:
            message = await receive()
            body += message.get("body", b"")
            is_more = message.get("more_body", False)
        query = scope["query_string"].decode("latin-1")
        url = f"{URL}?{query}" if query else URL
        given = hubspot_headers(body, at=time.time(), url=url, method=scope["method"])
        signed = [(name.lower().encode(), value.encode()) for name, value in given[1:]]
        headers = [*signed, *scope["headers"]]  # of two the later one counts

        async def again() -> Message:
            return {"type": "http.request", "body": body}

        await self._app({**scope, "headers": headers}, again, send)


class Front:
    """Each path to its endpoint."""

    def __init__(self, places: dict[str, ASGIApp]) -> None:
        self._places = places

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._places.get(scope["path"], NOWHERE)(scope, receive, send)


def settings_of(**given: float) -> Settings:
    environ = {
        "INTAKE_SECRETS": ",".join(SECRETS),
        "INTAKE_HONEYPOT": "fax",
        "INTAKE_PER_MINUTE": f"{given.get('per_minute', 100_000)}",
        "INTAKE_BURST": f"{given.get('burst', 100_000)}",
        "CRM_EVENTS_FILE": str(ROOT / "crm_events.yaml"),
        "CRM_EVENTS_URL": URL,
        "HUBSPOT_CLIENT_SECRET": HUBSPOT_SECRET,
        "SALESFORCE_EVENT_SECRET": SALESFORCE_SECRET,
    }
    return settings_from(environ)


async def run(folder: Path, database: str, redis_url: str, log: JsonLog, **given: float) -> None:
    stop, wake = asyncio.Event(), asyncio.Event()
    stop_on_signals(stop)
    meters = IntakeMetrics(Metrics().registry)
    async with AsyncExitStack() as stack:
        writer = await stack.enter_async_context(group_commit(partial(open_store, database)))
        settings = settings_of(**given)
        listener = listen("127.0.0.1", 0, is_behind_proxy=False)
        readiness = Readiness({CANNOT_STORE: lambda: writer.run(lambda store: store.name)})
        places = intake_endpoints(
            settings,
            rules_from(settings),
            reception=DyingReception(writer, folder / "die"),
            watch=IntakeReporter(meters, log),
            wake=wake,
            failed=readiness.failed,
        )
        if given.get("signs_events"):
            places[EVENTS_PATH] = Signing(places[EVENTS_PATH])
        front = Front(places)
        parts = [serve(front, listener, readiness=readiness, watch=_Cuts(), stop=stop)]
        if redis_url:
            client = await stack.enter_async_context(open_redis(redis_url))
            queue = await stack.enter_async_context(open_queue(client, attempts=3))
            terms = RelayTerms(POLICY, poll_seconds=given.get("poll_seconds", 1.0))
            observer = RelayReporter(meters, log)
            outbox = CommittedOutbox(writer)
            parts += [
                run_relay(outbox, queue, stop=stop, wake=wake, terms=terms, observer=observer)
            ]
        host, port = listener.getsockname()[:2]
        log.write("info", "listening", host=host, port=port)
        await asyncio.gather(*parts)


class _Cuts:
    def cut(self, count: int) -> None:
        """Leave it."""


if __name__ == "__main__":
    import uvloop

    place, store_url, queue_url, options = sys.argv[1:]
    program_log = JsonLog()
    program_log.take_over("")
    uvloop.run(run(Path(place), store_url, queue_url, program_log, **json.loads(options)))
    program_log.flush()
