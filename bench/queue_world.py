"""Leads, a local Clay, a Valkey, a ledger, and any number of `leadflow work` on them."""

from __future__ import annotations

import os
import subprocess
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from callback_targets import TRUST
from measure import PYTHON, ROOT
from queue_servers import Valkey, roomy_folder, running_postgres, running_valkey, until

from clay_arch.sandbox import EnrichmentColumn, RunningSandbox, SandboxConfig, running_sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["CLAY", "CREDITS_PER_LEAD", "NOTHING", "QUEUE", "WORK", "World", "world"]

TEMPLATE, BENCH = ROOT / "templates" / "queue", Path(__file__).parent
QUEUE, CREDITS_PER_LEAD = "clay-enrichment", 6
START_SECONDS, STOP_SECONDS = 60.0, 40.0
NOTHING: Mapping[str, str] = MappingProxyType({})
COLUMN = EnrichmentColumn(name="Work email", fact="work_email", credits=CREDITS_PER_LEAD)
CLAY = SandboxConfig(credits=1_000_000, columns=(COLUMN,))
WORK = (PYTHON, "-m", "leadflow", "work")


@dataclass(slots=True)
class World:
    """One project: its servers, its folder and its workers."""

    folder: Path
    valkey: Valkey
    clay: RunningSandbox
    database: str
    changes: Mapping[str, str]
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def enqueue(self, count: int) -> None:
        """Put so many leads into ledger and outbox; a worker hands them on."""
        path = self.folder / "leads.csv"
        rows = [f"Ada,Byron{n},ada{n}@company{n}.com,company{n}.com" for n in range(count)]
        path.write_text("\n".join(["first_name,last_name,email,company_domain", *rows]) + "\n")
        self.run(["-m", "leadflow", "enqueue", str(path)])

    def run(self, words: Sequence[str], environ: Mapping[str, str] = NOTHING) -> str:
        """Run a program of Python's to its end; return what it said."""
        told = {**self.environ(), **environ}
        command = [PYTHON, *words]
        done = subprocess.run(
            command, cwd=self.folder, env=told, check=True, stdout=subprocess.PIPE, text=True
        )
        return done.stdout

    def start(
        self, environ: Mapping[str, str] = NOTHING, *, command: tuple[str, ...] = WORK
    ) -> subprocess.Popen[bytes]:
        with (self.folder / "work.log").open("ab") as log:
            worker = subprocess.Popen(
                command,
                cwd=self.folder,
                env={**self.environ(), **environ},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self.workers.append(worker)
        return worker

    def wait_for_workers(self) -> None:
        """Wait until every worker waits for a job."""
        until(lambda: self._waiting() >= len(self.workers), "ready", log=self.folder / "work.log")

    def wait_for_posts(self, count: int, *, seconds: float = START_SECONDS) -> None:
        log = self.folder / "work.log"
        until(lambda: self.posts() >= count, f"{count} posts", seconds=seconds, log=log)

    def posts(self) -> int:
        count: int = self.clay.control.state()["posts"]
        return count

    def arrivals(self) -> list[float]:
        """When each lead reached Clay, by the machine's monotonic clock."""
        return [float(arrival["at"]) for arrival in self.clay.control.arrivals()]

    def stop(self, worker: subprocess.Popen[bytes]) -> None:
        worker.terminate()
        worker.wait(STOP_SECONDS)
        self.workers.remove(worker)

    def kill(self, worker: subprocess.Popen[bytes]) -> None:
        worker.kill()
        worker.wait()
        self.workers.remove(worker)

    def environ(self) -> dict[str, str]:
        """What `leadflow` is told; nothing of the shell that the benchmark was started from."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "PYTHONPATH": str(TEMPLATE / "src"),
            "CLAY_WEBHOOK_URL": self.clay.webhook_urls[0],
            "CLAY_ALLOWED_HOSTS": "127.0.0.1",
            "REDIS_URL": self.valkey.url,
            "DATABASE_URL": self.database,
            "CREDITS_PER_LEAD": str(CREDITS_PER_LEAD),
            "CRM_URL": "http://127.0.0.1:9",  # nothing is called back, so nothing is delivered
            "OUTREACH_URL": "http://127.0.0.1:9",
            "DESTINATION_TOKEN": "of-the-bench",
            "DESTINATIONS_FILE": str(BENCH / "deliveries_destinations.yaml"),
            "ROUTES_FILE": str(BENCH / "deliveries_routes.yaml"),
            "DO_NOT_CONTACT_FILE": str(TEMPLATE / "do-not-contact.txt"),
            **TRUST,
            **self.changes,
        }

    def _waiting(self) -> int:
        return str(self.valkey.does("CLIENT", "LIST")).count("cmd=bzpopmin")


@contextmanager
def world(
    config: SandboxConfig = CLAY, changes: Mapping[str, str] = NOTHING, *, is_shared: bool = True
) -> Iterator[World]:
    """Everything anew, on PostgreSQL where several workers share the ledger, or on SQLite."""
    with ExitStack() as stack:
        folder = stack.enter_context(roomy_folder())
        database = "sqlite:///leadflow.sqlite"
        if is_shared:
            database = stack.enter_context(running_postgres())
        valkey = stack.enter_context(running_valkey(folder / "valkey"))
        clay = stack.enter_context(running_sandbox(config))
        made = World(folder, valkey, clay, database, changes)
        try:
            yield made
        finally:
            for worker in made.workers:
                worker.kill()
                worker.wait()
