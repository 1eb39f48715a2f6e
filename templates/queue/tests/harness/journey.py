"""A whole world for one test: programs of leadflow and their logs, a local Clay, destinations."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clay_sandbox import Fault, RunningSandbox, SandboxConfig, Switches, running_sandbox
from clay_sandbox.enrichment import DEFAULT_COLUMNS
from destinations import RunningDestinations, running_destinations
from harness.callers import Callback
from harness.listening import hear
from harness.people import Person, Row, callback_column, callbacks_about
from harness.sent import have_sent, in_database, in_flight
from harness.server import Program, Server, free_port, until
from harness.stores import Store
from harness.workspace import Workspace, write_csv

__all__ = ["World", "world_in"]

SETTLE_SECONDS = 120


@dataclass
class World:
    """Starts programs, and looks at what they did."""

    workspace: Workspace
    fakes: RunningDestinations
    logs: Path
    stack: ExitStack
    store: Store
    clay: RunningSandbox | None = None

    def serve(
        self,
        *options: str,
        name: str = "serve",
        port: int | None = None,
        extra: Mapping[str, str] | None = None,
    ) -> Server:
        """Start `leadflow serve`, with these variables too, and wait until it is ready."""
        port, log = port or free_port(), self.logs / f"{name}.log"
        arguments = ("serve", "--port", str(port), *options)
        server = Server(self.workspace, arguments, log, extra=extra or {}, port=port)
        self.stack.callback(server.end)
        server.start()
        return server

    def work(self, name: str) -> Program:
        """Start `leadflow work`."""
        worker = Program(self.workspace, ("work",), self.logs / f"{name}.log")
        self.stack.callback(worker.end)
        worker.start()
        return worker

    def secret(self) -> str:
        """What a caller shows just now."""
        return self.workspace.environ["CLAY_CALLBACK_SECRETS"].partition(",")[0]

    def start_clay(
        self, server: Server | None = None, *faults: Fault, **switches: Any
    ) -> RunningSandbox:
        """A local Clay that enriches and calls the server back; without one it only takes rows."""
        config = SandboxConfig(
            requests_per_second=None,
            columns=DEFAULT_COLUMNS if server else (),
            callback=callback_column(server.port, secret=self.secret()) if server else None,
            switches=Switches(enrichment_seconds=0.05, **switches),
            faults=faults,
        )
        self.clay = self.stack.enter_context(running_sandbox(config))
        self.workspace.point_at(*self.clay.webhook_urls)
        return self.clay

    def write(self, leads: Sequence[Person]) -> Path:
        return write_csv(self.workspace.folder / "leads.csv", leads)

    def send(self, leads: Sequence[Person]) -> int:
        """`leadflow send` them; return the exit code."""
        return self.leadflow("send", str(self.write(leads))).returncode

    def have_sent(self, leads: Sequence[Person], *, age_seconds: float = 0) -> list[Callback]:
        """Let them have been sent; return what Clay will call back with."""
        self.write(leads)
        have_sent(self.store, leads)
        return self.callbacks(leads, age_seconds=age_seconds)

    def callbacks(self, leads: Sequence[Person], *, age_seconds: float = 0) -> list[Callback]:
        settings = self.workspace.settings
        return callbacks_about(leads, settings, age_seconds=age_seconds)

    def leadflow(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        process = self.workspace.start(*arguments)
        out, err = process.communicate(timeout=300)
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    def asks(self, *arguments: str) -> Any:
        """Run a command that answers in JSON."""
        return json.loads(self.leadflow(*arguments, "--format", "json").stdout)

    def rows(self) -> list[Row]:
        """What arrived in Clay."""
        assert self.clay is not None
        return [*self.clay.control.rows()]

    def journey(self) -> dict[str, int]:
        """The account of the way out and back, which must be sound."""
        status = self.asks("status")
        assert status["journey"]["is_balanced"], status["journey"]
        assert status["account"]["is_balanced"], status["account"]
        assert not status["problems"], status["problems"]
        journey: dict[str, int] = status["journey"]
        return journey

    def wait_until_settled(self, *, still_out: int = 0) -> dict[str, int]:
        """Wait until nothing is in flight, but for those whose callback never comes."""
        limit_seconds = self.workspace.settings.callback_timeout_seconds

        def is_settled() -> bool:
            return in_flight(self.store, limit_seconds) == still_out

        until(is_settled, "settled", seconds=SETTLE_SECONDS)
        return self.journey()

    def went_to(self, rows: Iterable[Row]) -> dict[str, list[str]]:
        """Where each lead is, with a repetition for each time that it is there."""
        lead_of = {row["cells"]["work_email"]["value"]: row["values"]["lead_id"] for row in rows}
        places: dict[str, list[str]] = {}
        counts = {
            "crm": Counter(lead_of[email] for email in self.fakes.hubspot.records),
            "outreach": self.fakes.outreach.enrolments,
            "nurture": self.fakes.nurture.enrolments,
            "database": Counter(in_database(self.store)),
        }
        for name, count in counts.items():
            for lead_id in count.elements():
                places.setdefault(lead_id, []).append(name)
        return places

    def unknown(self) -> set[str]:
        """The enrolments that wait for a person, as `leadflow dead list` has them."""
        found = self.asks("dead", "list", "--limit", "10000")["deliveries"]
        return {letter["lead_id"] for letter in found if letter["state"] == "unknown"}


@contextmanager
def world_in(folder: Path, *, url: str = "") -> Iterator[World]:
    """Make a world around a ledger in the folder, or at this URL; end its programs afterwards."""
    workspace, logs = Workspace(folder / "work"), folder / "logs"
    for path in (workspace.folder, logs):
        path.mkdir()
    with ExitStack() as stack:
        fakes = stack.enter_context(running_destinations())
        workspace.environ.update(_addresses(fakes))
        url = url or workspace.environ["DATABASE_URL"]
        workspace.environ["DATABASE_URL"] = url
        store = Store("sqlite" if url.startswith("sqlite") else "postgres", url)
        yield World(workspace, fakes, logs, stack, store)
    for log in logs.iterdir():
        hear(log.name, log.read_text())


def _addresses(fakes: RunningDestinations) -> dict[str, str]:
    fakes.hubspot.token, fakes.outreach.token, fakes.nurture.token = (
        f"token-of-the-fake-{name}" for name in ("hubspot", "outreach", "nurture")
    )
    return {
        "HUBSPOT_URL": fakes.hubspot.url,
        "HUBSPOT_TOKEN": fakes.hubspot.token,
        "OUTREACH_URL": f"{fakes.outreach.url}/enrol",
        "OUTREACH_TOKEN": fakes.outreach.token,
        "NURTURE_URL": f"{fakes.nurture.url}/enrol",
        "NURTURE_TOKEN": fakes.nurture.token,
    }
