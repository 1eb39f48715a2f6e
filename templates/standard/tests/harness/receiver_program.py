"""The receiver as a process of its own, around an inbox in memory that does as it is told.

What it took stands in inbox.jsonl. A file `broken` beside it makes it unable to store; a file `die`
makes it kill itself between storing and answering.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

from harness.tokens import RING, SECRETS
from leadflow.adapters.json_log import JsonLog
from leadflow.adapters.metrics import Metrics
from leadflow.domain.errors import LedgerError
from leadflow.domain.inbox import Acceptance, Arrival
from leadflow.entrypoints.receiving import Receiver, stop_on_signals
from leadflow.entrypoints.server import listen
from leadflow.use_cases.receive_callback import CallbackRules

STRANGER = "lead-" + "f" * 32


class FileInbox:
    """Remembers arrivals in a file; the file `broken` beside it makes it fail."""

    def __init__(self, folder: Path) -> None:
        self._broken, self._die = folder / "broken", folder / "die"
        path = folder / "inbox.jsonl"
        path.touch()
        self._known = {entry["key"] for entry in map(json.loads, path.open()) if "key" in entry}
        self._file = path.open("a")

    async def accept(self, arrival: Arrival) -> Acceptance:
        self._check()
        if arrival.lead_id == STRANGER:
            return Acceptance.NO_SUCH_LEAD
        key = "/".join(map(str, arrival[:3]))
        if key in self._known:
            return Acceptance.DUPLICATE
        self._known.add(key)
        self._keep({"key": key, "facts": json.loads(arrival.facts)})
        return Acceptance.NEW

    async def quarantine(self, body: bytes, *, reason: str, now: float) -> None:
        self._check()
        self._keep({"quarantine": body.hex(), "reason": reason})

    async def probe(self) -> None:
        self._check()

    def _check(self) -> None:
        if self._broken.exists():
            raise LedgerError("the disk is full")

    def _keep(self, entry: dict[str, object]) -> None:
        self._file.write(json.dumps(entry) + "\n")
        self._file.flush()
        if self._die.exists():
            self._die.unlink()
            os.kill(os.getpid(), signal.SIGKILL)


async def run(folder: Path, log: JsonLog) -> None:
    stop = asyncio.Event()
    stop_on_signals(stop)
    inbox = FileInbox(folder)
    metrics = Metrics()
    receiver = Receiver(
        rules=CallbackRules(
            secrets=SECRETS,
            ring=RING,
            max_body_bytes=131_072,
            max_age_seconds=7 * 86_400,
            max_ahead_seconds=300,
            retry_after_seconds=1,
        ),
        inbox=inbox,
        probe=inbox.probe,
        meters=metrics,
        exposition=metrics,
        log=log,
    )
    await receiver.run(listen("127.0.0.1", 0, is_behind_proxy=False), stop=stop)


if __name__ == "__main__":
    import uvloop

    program_log = JsonLog()
    program_log.take_over("")
    uvloop.run(run(Path(sys.argv[1]), program_log))
    program_log.flush()
