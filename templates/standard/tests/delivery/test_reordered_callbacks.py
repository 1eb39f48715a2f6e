"""From a Clay that calls back in the wrong order to the CRM: a lead's newest sending counts."""

from __future__ import annotations

import asyncio
import socket
import time
from contextlib import AsyncExitStack
from pathlib import Path

import httpx2
import pytest

from clay_sandbox import (
    Fault,
    FaultKind,
    HttpApiColumn,
    RunningSandbox,
    SandboxConfig,
    running_sandbox,
)
from destinations import RunningDestinations, running_destinations
from harness.deliverer import TERMS, add_leads, everywhere, specs_for
from harness.stores import Store
from harness.tokens import RING, SECRETS, email_of, token_for
from leadflow.adapters.committed import CommittedDeliveries, CommittedInbox
from leadflow.adapters.database import Database
from leadflow.adapters.group_commit import group_commit
from leadflow.adapters.json_log import JsonLog
from leadflow.adapters.metrics import Metrics
from leadflow.adapters.sinks.opening import open_destinations
from leadflow.entrypoints.receiving import Receiver
from leadflow.entrypoints.server import listen
from leadflow.entrypoints.worker import run_worker
from leadflow.use_cases.receive_callback import CallbackRules

LEADS, SENDINGS = 8, 3
BODY = """{
    "correlation_token": "/{correlation_token}",
    "email": "/{email}",
    "title": "/{title}",
    "icp_score": 85
}"""
OPEN = """
    SELECT CAST(? AS INTEGER) - (SELECT count(*) FROM inbox WHERE state <> 'received')
           + (SELECT count(*) FROM delivery WHERE state IN ('waiting', 'claimed'))
"""
RULES = CallbackRules(
    secrets=SECRETS,
    ring=RING,
    max_body_bytes=100_000,
    max_age_seconds=3_600,
    max_ahead_seconds=300,
    retry_after_seconds=1,
)


@pytest.mark.case(52)
def test_the_crm_keeps_the_newest_however_callbacks_overtake_each_other(tmp_path: Path) -> None:
    store = Store("sqlite", f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    with store.open() as db:
        add_leads(db, LEADS)
    with listen("127.0.0.1", 0, is_behind_proxy=False) as listener, running_destinations() as fakes:
        config = clay_that_calls(f"http://127.0.0.1:{listener.getsockname()[1]}/api/clay/enriched")
        with running_sandbox(config) as clay:
            asyncio.run(serve_until_all_is_delivered(store, listener, fakes, clay))

            heard = [call["row"] for call in clay.control.callbacks()]
    assert heard != sorted(heard), "nothing was reordered"
    titles = {email: record["title"] for email, record in fakes.hubspot.records.items()}
    assert titles == {email_of(n): f"sending {SENDINGS}" for n in range(1, LEADS + 1)}
    assert set(fakes.outreach.enrolments.values()) == {1}


def clay_that_calls(url: str) -> SandboxConfig:
    headers = {"Authorization": f"Bearer {SECRETS[0]}", "Content-Type": "application/json"}
    column = HttpApiColumn(url=url, body=BODY, headers=headers, requests_per_second=100)
    return SandboxConfig(requests_per_second=None, columns=(), callback=column)


async def serve_until_all_is_delivered(
    store: Store, listener: socket.socket, fakes: RunningDestinations, clay: RunningSandbox
) -> None:
    stop, wake = asyncio.Event(), asyncio.Event()
    async with AsyncExitStack() as stack:
        writer = await stack.enter_async_context(group_commit(store.open))
        destinations = await stack.enter_async_context(
            open_destinations(specs_for(fakes), writer=writer)
        )
        metrics = Metrics()
        receiver = Receiver(
            rules=RULES,
            inbox=CommittedInbox(writer),
            probe=at_once,
            meters=metrics,
            exposition=metrics,
            log=JsonLog(),
            woke=wake.set,
        )
        queue = CommittedDeliveries(writer)
        both = asyncio.gather(
            receiver.run(listener, stop=stop),
            run_worker(queue, destinations, everywhere, stop=stop, wake=wake, terms=TERMS),
        )
        await asyncio.to_thread(send_rows, clay)
        async with asyncio.timeout(20):
            while await writer.run(count_open):  # noqa: ASYNC110 - the store tells nobody
                await asyncio.sleep(0.05)
        stop.set()
        await both


async def at_once() -> None:
    """The inbox is well."""


def send_rows(clay: RunningSandbox) -> None:
    """Each lead, several times over; the first sending is called back after the second."""
    with httpx2.Client(trust_env=False) as client:
        for number in range(1, LEADS + 1):
            clay.control.set_faults(Fault(kind=FaultKind.REORDER_CALLBACK, count=1, seconds=5))
            for sending in range(1, SENDINGS + 1):
                row = {
                    "correlation_token": token_for(number, issued_at=time.time() - 10 + sending),
                    "email": email_of(number),
                    "title": f"sending {sending}",
                }
                client.post(clay.webhook_urls[0], json=row).raise_for_status()
    clay.control.wait_until_idle()


def count_open(db: Database) -> int:
    """Count what is not routed or not delivered yet, the callbacks still to come included."""
    (open_ones,) = db.execute(OPEN, (LEADS * SENDINGS,)).fetchone()
    return int(open_ones)
