"""`python -m harness.callbacks_in_own_network FOLDER PORT LEADS COMMAND...` runs inside.

It starts a world with the server at that port, makes the trouble, sends, waits until Clay has
called back about everybody or given up, ends the trouble, and prints what it saw as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from harness.journey import World, world_in
from harness.own_network import CLEAR, shell
from harness.people import people
from harness.sent import in_database, in_inbox
from harness.server import Server

CLAY_WAITS_SECONDS = 1  # so that it gives up on callbacks that are stored already
MOST_SECONDS = 240


def _main(folder: str, port: str, leads: str, *trouble: str) -> None:
    shell("ip link set lo up")
    with world_in(Path(folder)) as world:
        world.workspace.environ["SEND_INTERVAL_SECONDS"] = "0.2"
        server = world.serve(port=int(port))
        clay = world.start_clay(server, callback_timeout_seconds=CLAY_WAITS_SECONDS)
        for command in trouble:
            shell(command)
        started = time.monotonic()
        code = world.send(people(int(leads)))
        clay.control.wait_until_idle(MOST_SECONDS)
        seconds = time.monotonic() - started
        for command in CLEAR:
            shell(command, must=False)
        print(json.dumps({"exit": code, "seconds": seconds, **_seen(world, server)}))
        server.stop()
        sys.stderr.write(server.log.read_text())  # for whoever searches the logs


def _seen(world: World, server: Server) -> dict[str, object]:
    """What Clay believes, what is stored, and what the destinations hold."""
    assert world.clay is not None
    stored, rows = in_inbox(world.store), world.rows()
    leads = {row["values"]["lead_id"]: row["cells"]["callback"]["status"] for row in rows}
    return {
        "journey": world.wait_until_settled(still_out=len(leads) - len(stored)),
        "outcomes": world.clay.control.state()["callbacks"]["outcomes"],
        "duplicates": server.metric("leadflow_callbacks_total", outcome="duplicate"),
        "acknowledged": [lead for lead, status in leads.items() if status == "done"],
        "stored": stored,
        "enriched": in_database(world.store),
        "written": [*world.fakes.hubspot.writes.values()],
        "enrolled": [*world.fakes.outreach.enrolments.values()],
    }


if __name__ == "__main__":
    _main(*sys.argv[1:])
