"""`make demo`: leads to a local Clay, back as enriched rows, and on to a CRM and outreach.

Everything runs on this machine and needs no account; Clay, the CRM and the outreach tool are local
stand-ins. Everything is kept in .demo/, so a second run has nothing left to send.
DEMO_LEADS=20 is for the impatient.
"""

from __future__ import annotations

import csv
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from demo_programs import finish
from demo_summary import Arrival, Seen, summary
from demo_world import FOLDER, LEADFLOW, environment, leadflow_server, local_clay, webhook_url
from destinations import RunningDestinations, running_destinations

LEADS_TEXT = os.environ.get("DEMO_LEADS", "200")
MOST_LEADS = 10_000
FIRST_NAMES = ("Ada", "Grace", "Alan", "Edsger", "Barbara", "Margaret", "Ken", "Radia")
LAST_NAMES = (
    "Lovelace",
    "Hopper",
    "Turing",
    "Dijkstra",
    "Liskov",
    "Hamilton",
    "Ritchie",
    "Perlman",
)
DESTINATIONS = ("crm", "outreach", "nurture", "database")
INTERRUPTS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SETTLE_SECONDS = 20
FAILED = 400


def main() -> int:
    for number in INTERRUPTS:
        signal.signal(number, interrupt)
    try:
        return demo(count_leads(LEADS_TEXT))
    except KeyboardInterrupt:
        print("\ninterrupted; nothing is lost: run `make demo` again", file=sys.stderr)
        return 130


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
    write_leads(FOLDER / "leads.csv", count)
    print(f"Demo: {count} leads to a local Clay, 5 a second, and back. No account, no credits.")
    with running_destinations() as destinations:
        told = environment(addresses(destinations))
        with leadflow_server(told) as server, local_clay(told, server) as clay:
            environ = {**told, "CLAY_WEBHOOK_URL": webhook_url(clay)}
            code = finish([*LEADFLOW, "send", "leads.csv"], folder=FOLDER, environ=environ)
            clay.wait_until_idle(SETTLE_SECONDS)
            status = wait_until_delivered(environ)
            rows = clay.rows()
            arrivals = [*outside(destinations, rows), *in_database()]
            seen = Seen(rows, clay.callbacks(), arrivals, clay.state(), status)
    print(f"\n{summary(seen, DESTINATIONS)}")
    print("\nRun it again: nothing is left to send. `rm -r .demo` starts afresh.")
    return code or int(status["journey"]["delivered"] < status["journey"]["accepted"])


def write_leads(path: Path, count: int) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["email", "first_name", "last_name", "company"])
        for n in range(count):
            first, last = FIRST_NAMES[n % 8], LAST_NAMES[n // 8 % 8]
            host = f"company-{n}.com"
            writer.writerow([f"{first.lower()}@{host}", first, last, f"Company {n}"])


def wait_until_delivered(environ: Mapping[str, str]) -> dict[str, Any]:
    """The account, once nothing is in flight any more, or after a while in any case."""
    command = [*LEADFLOW, "status", "--format", "json"]
    deadline = time.monotonic() + SETTLE_SECONDS
    while True:
        done = subprocess.run(command, cwd=FOLDER, env=environ, check=False, capture_output=True)
        status: dict[str, Any] = json.loads(done.stdout)
        if not status["journey"]["in_flight"] or time.monotonic() > deadline:
            return status


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
    ahead = time.time() - time.monotonic()
    uri = f"file:{FOLDER / 'leadflow.sqlite'}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as database:
        found = database.execute("SELECT lead_id, imported_at FROM enrichment").fetchall()
    return [Arrival("database", lead_id, at - ahead) for lead_id, at in found]


if __name__ == "__main__":
    sys.exit(main())
