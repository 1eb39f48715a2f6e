"""`make demo`: leads from three sources through the queue to a local Clay, back, and everywhere.

On the way a worker is killed and Clay fails for a while. Everything runs on this machine and needs
no account and no Redis: Clay, the CRM and the outreach tool are local stand-ins, the Valkey is
leadflow's own. Everything is kept in .demo/, so a second run has nothing left to send.
DEMO_LEADS=20 is for the impatient.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from clay_sandbox import Control
from demo_programs import finish, kept_port
from demo_sources import CRM_SECRET, INTAKE_SECRET, people, post_events, post_forms, write_csv
from demo_summary import Arrival, Seen, summary
from demo_worker import Act, RunningWorker, running_worker, watch
from demo_world import (
    FILES,
    FOLDER,
    LEADFLOW,
    environment,
    leadflow_server,
    local_clay,
    webhook_url,
)
from destinations import RunningDestinations, running_destinations

LEADS_TEXT = os.environ.get("DEMO_LEADS", "300")
MOST_LEADS = 10_000
CREDITS_PER_LEAD = 6
DESTINATIONS = ("crm", "outreach", "nurture", "database", "warehouse")
INTERRUPTS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
FEWEST_FOR_TROUBLE = 60  # with fewer leads the demo is over before anything could go wrong
FAILURES = 5  # in a row: as many as open the circuit breaker
SETTLE_SECONDS = 60  # half a minute of them the gate is shut
GONE_SECONDS = 10.0
FAILED = 400


def main() -> int:
    for number in INTERRUPTS:
        signal.signal(number, interrupt)
    try:
        return demo(count_leads(LEADS_TEXT))
    except KeyboardInterrupt:
        print("\ninterrupted; nothing is lost: run `make demo` again", file=sys.stderr)
        return 130
    finally:
        wait_until_gone(FOLDER / "valkey" / "valkey.sock")


def interrupt(_number: int, _frame: object) -> None:
    """Once: what was started is then ended in order, and nothing may break that off."""
    for number in INTERRUPTS:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def count_leads(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MOST_LEADS):
        print(f"DEMO_LEADS must be a number from 1 to {MOST_LEADS:,}", file=sys.stderr)
        raise SystemExit(2)
    return int(text)


def demo(count: int) -> int:
    FOLDER.mkdir(mode=0o700, exist_ok=True)
    print(f"Demo: {count} leads from a web form, a CRM and a file to a local Clay, 5 a second,")
    print("and back. No account, no credits, no Redis.")
    with running_destinations() as destinations:
        told = {**environment(addresses(destinations)), **queue_settings(count)}
        with leadflow_server(told, "--no-work") as server, local_clay(told, server) as clay:
            environ = {**told, "CLAY_WEBHOOK_URL": webhook_url(clay)}
            take_in(server, environ, count)
            with running_worker(environ) as worker:
                acts = trouble(worker, clay, count)
                status = watch(environ, count, acts, seconds=count / 5 + SETTLE_SECONDS)
                clay.wait_until_idle(SETTLE_SECONDS)
            rows = clay.rows()
            arrivals = [*outside(destinations, rows), *in_database(), *in_warehouse()]
            seen = Seen(rows, clay.callbacks(), arrivals, clay.state(), status)
    print(f"\n{summary(seen, DESTINATIONS)}")
    print("\nRun it again: nothing is left to send. `rm -r .demo` starts afresh.")
    return int(status["journey"]["delivered"] < status["journey"]["accepted"])


def queue_settings(count: int) -> dict[str, str]:
    """What the Queue is told beside all the rest: among it a budget for these leads and no more."""
    port = kept_port(FOLDER / "serve.port")
    return {
        "REDIS_URL": "",
        "VALKEY_DIR": "valkey",
        "CREDITS_PER_LEAD": str(CREDITS_PER_LEAD),
        "DAILY_CREDIT_CAP": str(CREDITS_PER_LEAD * (count + FAILURES * 2)),
        "INTAKE_SECRETS": INTAKE_SECRET,
        "HUBSPOT_CLIENT_SECRET": CRM_SECRET,
        "CRM_EVENTS_URL": f"http://127.0.0.1:{port}/api/crm/events",
        "CRM_EVENTS_FILE": str(FILES.parent.parent / "crm_events.yaml"),
        "DESTINATIONS_FILE": str(FILES / "queue_destinations.yaml"),
        "ROUTES_FILE": str(FILES / "queue_routes.yaml"),
    }


def take_in(server: str, environ: Mapping[str, str], count: int) -> None:
    """A third each; what was taken in by an earlier run is known, and not queued again."""
    leads = list(people(count))
    forms, events, file = leads[::3], leads[1::3], leads[2::3]
    post_forms(server, forms)
    post_events(server, events)
    write_csv(FOLDER / "leads.csv", file)
    print(f"{len(forms)} from the form, {len(events)} from the CRM, {len(file)} from the file:")
    finish([*LEADFLOW, "enqueue", "leads.csv"], folder=FOLDER, environ=environ)


def trouble(worker: RunningWorker, clay: Control, count: int) -> list[Act]:
    """What goes wrong on the way."""
    if count < FEWEST_FOR_TROUBLE:
        return []
    failing = f"503,count={FAILURES}"
    return [
        Act(count // 3, "! the worker is killed; another takes over", worker.kill),
        Act(
            count // 2,
            f"! Clay fails {FAILURES} times in a row; the gate stays shut for half a minute",
            lambda: clay.set_faults(failing),
        ),
    ]


def addresses(destinations: RunningDestinations) -> dict[str, str]:
    return {
        "HUBSPOT_URL": destinations.hubspot.url,
        "HUBSPOT_TOKEN": destinations.hubspot.token,
        "OUTREACH_URL": destinations.outreach.url,
        "OUTREACH_TOKEN": destinations.outreach.token,
        "NURTURE_URL": destinations.nurture.url,
        "NURTURE_TOKEN": destinations.nurture.token,
    }


def outside(
    destinations: RunningDestinations, rows: Sequence[Mapping[str, Any]]
) -> Iterator[Arrival]:
    """What the CRM and the outreach tool took; the CRM knows a lead by its address."""
    lead_of = {row["cells"]["work_email"]["value"]: row["values"]["lead_id"] for row in rows}
    servers = {
        "crm": destinations.hubspot,
        "outreach": destinations.outreach,
        "nurture": destinations.nurture,
    }
    for name, server in servers.items():
        for arrival in server.arrivals:
            if 0 < arrival.status < FAILED:  # 0: no answer was given
                yield Arrival(name, arrival.lead_id or lead_of[arrival.email], arrival.at)


def in_database() -> list[Arrival]:
    """What the project's own database holds, in the time that the others are told in."""
    return _settled("SELECT lead_id, imported_at FROM enrichment", "database")


def in_warehouse() -> list[Arrival]:
    """When the warehouse had taken each, as the ledger has it; the rows are counted by the sink."""
    query = """
        SELECT lead_id, delivery.changed_at
          FROM delivery JOIN lead ON seq = lead_seq
         WHERE destination = 'warehouse' AND delivery.state = 'delivered'
    """
    return _settled(query, "warehouse")


def _settled(query: str, destination: str) -> list[Arrival]:
    ahead = time.time() - time.monotonic()
    uri = f"file:{FOLDER / 'leadflow.sqlite'}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as database:
        found = database.execute(query).fetchall()
    return [Arrival(destination, lead_id, at - ahead) for lead_id, at in found]


def wait_until_gone(socket: Path) -> None:
    """Leave nothing running: the Valkey ends a moment after its last user."""
    deadline = time.monotonic() + GONE_SECONDS
    while socket.exists() and time.monotonic() < deadline:
        time.sleep(0.02)


if __name__ == "__main__":
    sys.exit(main())
