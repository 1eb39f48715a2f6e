"""`make demo`: leads to a local Clay at the true rate, and what arrived there. Needs no account.

Everything is kept in .demo/, so a second run has nothing left to send.
DEMO_LEADS=20 is for the impatient.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from clay_sandbox import Control, SandboxConfig

FOLDER = Path(".demo")
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
    "Thompson",
    "Perlman",
)
START_SECONDS = 15


def main() -> int:
    try:
        return demo(count_leads(LEADS_TEXT))
    except KeyboardInterrupt:
        print("\ninterrupted; nothing is lost: run `make demo` again", file=sys.stderr)
        return 130


def count_leads(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MOST_LEADS):
        print(f"DEMO_LEADS must be a number from 1 to {MOST_LEADS:,}", file=sys.stderr)
        raise SystemExit(2)
    return int(text)


def demo(count: int) -> int:
    FOLDER.mkdir(exist_ok=True)
    leads = write_leads(FOLDER / "leads.csv", count)
    print(
        f"Demo: {count} leads to a local Clay on this machine, 4 a second. No account, no credits."
    )
    with local_clay() as clay:
        code = leadflow(clay, "send", str(leads.resolve()))
        clay.wait_until_idle(30)
        arrived = clay.state(), clay.rows()
    print_summary(*arrived, leadflow_status())
    return code


def write_leads(path: Path, count: int) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["email", "first_name", "last_name", "company"])
        for n in range(count):
            first, last = FIRST_NAMES[n % 8], LAST_NAMES[n // 8 % 8]
            host = f"company-{n}.com"
            writer.writerow([f"{first.lower()}@{host}", first, last, f"Company {n}"])
    return path


@contextmanager
def local_clay() -> Iterator[Control]:
    """Start the sandbox as a program of its own, on its port of last time if that is free."""
    port_file = FOLDER / "port"
    last_port = port_file.read_text().strip() if port_file.exists() else "0"
    process = start_clay(last_port) or start_clay("0")
    if process is None:
        raise SystemExit("the local Clay did not start; see .demo/clay.log")
    try:
        with Control(f"http://127.0.0.1:{port_file.read_text().strip()}") as control:
            yield control
    finally:
        process.terminate()
        process.wait(START_SECONDS)


def start_clay(port: str) -> subprocess.Popen[bytes] | None:
    port_file = FOLDER / "port"
    port_file.unlink(missing_ok=True)
    options = ["--port", port, "--port-file", str(port_file), "--state", str(FOLDER / "clay.json")]
    with (FOLDER / "clay.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "clay_sandbox", *options], stdout=log, stderr=log
        )
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if port_file.exists():
            return process
        time.sleep(0.05)
    process.kill()
    return None


def leadflow(clay: Control, *arguments: str) -> int:
    base = clay.url.removesuffix("/_sandbox")
    url = base + SandboxConfig().webhook_paths[0]
    command = [sys.executable, "-m", "leadflow", *arguments]
    return subprocess.run(command, env=environment(url), check=False).returncode


def leadflow_status() -> dict[str, Any]:
    command = [sys.executable, "-m", "leadflow", "status", "--format", "json"]
    done = subprocess.run(command, env=environment(""), check=True, capture_output=True)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def environment(url: str) -> dict[str, str]:
    return {
        **os.environ,
        "CLAY_WEBHOOK_URL": url,
        "CLAY_WEBHOOK_TOKEN": "",
        "CLAY_ALLOWED_HOSTS": "127.0.0.1",
        "LEADFLOW_TRANSPORT": "webhook",
        "DATABASE_URL": f"sqlite:///{FOLDER / 'leadflow.sqlite'}",
        "RESULTS_DIR": str(FOLDER / "results"),
        "SEND_INTERVAL_SECONDS": "0.25",
    }


def print_summary(
    state: dict[str, Any], rows: list[dict[str, Any]], status: dict[str, Any]
) -> None:
    times = Counter(row["values"]["lead_id"] for row in rows)
    account = status["account"]
    lines = [
        ("arrived at the local Clay in this run", f"{len(rows)}"),
        ("arrived once each", "yes" if all(n == 1 for n in times.values()) else "NO"),
        ("arrived since the first demo", f"{sum(w['accepted'] for w in state['webhooks'])}"),
        ("most arrivals in any second", f"{state['starts']['most_in_any_second']}"),
        ("credits spent in the local Clay", f"{state['credits']['spent']:g}"),
        ("account", account_line(account)),
    ]
    width = max(len(name) for name, _ in lines)
    print()
    for name, value in lines:
        print(f"  {name:{width}}  {value}")
    print("\nRun it again: nothing is left to send. `rm -r .demo` starts afresh.")


def account_line(account: dict[str, Any]) -> str:
    parts = " + ".join(
        f"{account[name]} {name}" for name in ("sent", "failed", "unknown", "waiting")
    )
    return f"{account['accepted']} accepted = {parts}"


if __name__ == "__main__":
    sys.exit(main())
