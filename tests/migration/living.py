"""A project that has begun to send, and then becomes another variant: its data stays where it is.

`.env`, the ledger and the files of leads are none of git's; whatever becomes of them is seen.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from clay_arch.scaffold import Project, scaffold
from tests.migration.projects import git
from tests.process import Command

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["CREDITS_PER_LEAD", "Living", "until"]

CREDITS_PER_LEAD = 6
PATIENCE_SECONDS = 60
KEY = "k1:" + "dGhlLWtleS1vZi10aGUtdGVzdHMtaXMtbm8tc2VjcmV0"
SETTINGS = {
    "CLAY_ALLOWED_HOSTS": "127.0.0.1",
    "CLAY_PLAN": "growth",
    "CREDITS_PER_LEAD": str(CREDITS_PER_LEAD),
    "SEND_INTERVAL_SECONDS": "0",
    "CALLS_PER_SECOND": "10",
    "CLAY_CALLBACK_SECRETS": "a-secret-of-the-tests-that-is-no-secret",
    "CLAY_TOKEN_KEYS": KEY,
    "HUBSPOT_TOKEN": "a-token-of-the-tests",
    "OUTREACH_URL": "http://127.0.0.1:9/enrol",
    "OUTREACH_TOKEN": "a-token-of-the-tests",
    "NURTURE_URL": "http://127.0.0.1:9/enrol",
    "NURTURE_TOKEN": "a-token-of-the-tests",
}


@dataclass(slots=True)
class Living:
    """The folder, and what runs in it."""

    folder: Path
    webhook: str
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def become(self, variant: str) -> None:
        """Be made as this variant, or migrate to it, as its owner would."""
        if self.folder.exists():
            migrated = Command(self.folder)("migrate", variant)
            assert migrated.code == 0, migrated.err
        else:
            scaffold(Project(variant=variant, name="acme-leads", transport="webhook"), self.folder)
            git(self.folder, "init", "--quiet")
            (self.folder / ".git/info/exclude").write_text("/leads.csv\n/log\n")
            self._fill_in()
        git(self.folder, "add", "--all")
        git(self.folder, "commit", "--quiet", "--message", f"Now {variant}")

    def _fill_in(self) -> None:
        settings = {"CLAY_WEBHOOK_URL": self.webhook, **SETTINGS}
        lines = [f"{name}={value}\n" for name, value in settings.items()]
        (self.folder / ".env").write_text("".join(lines))
        (self.folder / ".env").chmod(0o600)

    def write_leads(self, count: int) -> None:
        rows = [f"ada{n}@acme-{n}.com,Ada,Byron{n}\n" for n in range(count)]
        text = "email,first_name,last_name\n" + "".join(rows)
        (self.folder / "leads.csv").write_text(text)

    def leadflow(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run one command of the project to its end."""
        return subprocess.run(
            [sys.executable, "-m", "leadflow", *words],
            cwd=self.folder,
            env=self._environ(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """Start one that goes on; what it says is in the file `log`."""
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "leadflow", *words],
                cwd=self.folder,
                env=self._environ(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self.running.append(process)
        return process

    def end(self) -> None:
        """Kill what still runs."""
        for process in self.running:
            process.kill()
            process.wait()

    def account(self) -> dict[str, int]:
        """How many leads are in each state, read beside whoever works on the ledger."""
        ledger = self.folder / "leadflow.sqlite"
        with closing(sqlite3.connect(f"file:{ledger}?mode=ro", uri=True)) as connection:
            return dict(connection.execute("SELECT state, count(*) FROM lead GROUP BY state"))

    def sent(self) -> int:
        return self.account().get("sent", 0)

    def _environ(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        return {**kept, "PYTHONPATH": "src:tools", "PYTHONDONTWRITEBYTECODE": "1"}


def until(is_so: Callable[[], object], what: str, *, seconds: float = PATIENCE_SECONDS) -> None:
    """Wait for another process, with a bound."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.02)
