"""A project folder of its own for each test, with every setting that matters spelled out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.log_search import keep_from_logs, keep_settings_from_logs
from leadflow.settings import Settings, settings_from

__all__ = ["SECRET", "TOKEN_KEYS", "Workspace", "lead_rows", "write_csv"]

ROOT = Path(__file__).parents[2]
SECRET = "a-secret-of-the-tests-that-is-no-secret"
TOKEN_KEYS = "k1:" + "dGhlLWtleS1vZi10aGUtdGVzdHMtaXMtbm8tc2VjcmV0"


@dataclass
class Workspace:
    """A folder, its settings, and the command run in it."""

    folder: Path
    environ: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.environ = {
            "CLAY_ALLOWED_HOSTS": "127.0.0.1, unreachable.invalid",
            "CLAY_WEBHOOK_URL": "",
            "CLAY_WEBHOOK_TOKEN": "",
            "CLAY_PLAN": "growth",
            "LEADFLOW_TRANSPORT": "webhook",
            "DATABASE_URL": f"sqlite:///{self.database}",
            "RESULTS_DIR": str(self.folder / "results"),
            "CREDITS_PER_LEAD": "6",
            "SEND_INTERVAL_SECONDS": "0",
            "SEND_TIMEOUT_SECONDS": "2",
            "RETRY_BASE_SECONDS": "0.01",
            "RETRY_CAP_SECONDS": "0.05",
            "RETRY_ATTEMPTS": "5",
            "LEAD_REQUIRE_NAMES": "true",
            "LEAD_REJECT_PERSONAL_MAIL": "true",
            "LEAD_EXTRA_COLUMNS": "",
            "CSV_ESCAPE_FORMULAS": "true",
            "ACTIONS_PER_LEAD": "4",
            "SEND_RETRIES": "0",
            "CLAY_CALLBACK_SECRETS": SECRET,
            "CLAY_TOKEN_KEYS": TOKEN_KEYS,
            "TOKEN_AUDIENCE": "tests",
            "TOKEN_MAX_AGE_DAYS": "7",
            "CALLBACK_URL": "",
            "CALLBACK_TIMEOUT_HOURS": "24",
            "ROUTES_FILE": str(ROOT / "routes.yaml"),
            "DESTINATIONS_FILE": str(ROOT / "destinations.yaml"),
            "DO_NOT_CONTACT_FILE": str(ROOT / "do-not-contact.txt"),
            "HUBSPOT_TOKEN": "a-token-of-the-tests",
            "OUTREACH_URL": "http://127.0.0.1:9/enrol",
            "OUTREACH_TOKEN": "a-token-of-the-tests",
            "NURTURE_URL": "http://127.0.0.1:9/enrol",
            "NURTURE_TOKEN": "a-token-of-the-tests",
            "DELIVERY_ATTEMPTS": "8",
            "DELIVERY_CAP_SECONDS": "0.2",
            "INBOX_RETENTION_DAYS": "7",
            "DEAD_RETENTION_DAYS": "30",
            **self.environ,
        }

    @property
    def database(self) -> Path:
        return self.folder / "ledger.sqlite"

    @property
    def settings(self) -> Settings:
        keep_settings_from_logs(self.environ)
        return settings_from(self.environ)

    def point_at(self, *urls: str) -> None:
        self.environ["CLAY_WEBHOOK_URL"] = ",".join(urls)

    def start(self, *arguments: str, **options: Any) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "leadflow", *arguments],
            cwd=self.folder,
            env=self._process_environ(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **options,
        )

    def leadflow(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        process = self.start(*arguments)
        out, err = process.communicate(timeout=60)
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    def status(self) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self.leadflow("status", "--format", "json").stdout)
        return answer

    def account(self) -> dict[str, int]:
        account: dict[str, int] = self.status()["account"]
        return {name: account[name] for name in ("sent", "failed", "unknown", "waiting")}

    def _process_environ(self) -> dict[str, str]:
        keep_settings_from_logs(self.environ)
        inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        path = os.pathsep.join(str(ROOT / part) for part in ("src", "tools"))
        return {**inherited, **self.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}


def lead_rows(count: int, *, start: int = 0) -> list[dict[str, str]]:
    rows = [
        {"email": f"ada{n}@acme-{n}.com", "first_name": "Ada", "last_name": f"Byron{n}"}
        for n in range(start, start + count)
    ]
    keep_from_logs(value for row in rows for value in row.values())
    return rows


def write_csv(path: Path, rows: Sequence[dict[str, str]]) -> Path:
    lines = [",".join(rows[0]), *(",".join(row.values()) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
