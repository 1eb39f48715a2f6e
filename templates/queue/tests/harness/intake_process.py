"""Intake in a process of its own, and callers that speak to it over real connections."""

from __future__ import annotations

import http.client
import json
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from harness.asgi import Heard
from harness.intake import form_of
from harness.receiver import ROOT, RunningReceiver, _running
from harness.tokens import SECRETS

__all__ = ["IntakeProcess", "at_once", "running_intake"]

JSON = {"Content-Type": "application/json"}


@dataclass
class IntakeProcess:
    """The process, and what it said."""

    running: RunningReceiver

    @property
    def log(self) -> str:
        return (self.running.folder / "log.jsonl").read_text()

    def kill(self) -> None:
        self.running.process.kill()
        self.running.process.wait(10)

    def post(self, number: int, **changes: str) -> Heard:
        """Send one lead as a program that knows the secret."""
        body = json.dumps(form_of(number, **changes)).encode()
        proof = {"Authorization": f"Bearer {SECRETS[0]}"}
        return self.ask("/api/leads", body, {**JSON, **proof})

    def ask(self, path: str, body: bytes, headers: dict[str, str], method: str = "POST") -> Heard:
        connection = http.client.HTTPConnection("127.0.0.1", self.running.port, timeout=30)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            given = {name.lower(): value for name, value in answer.getheaders()}
            return Heard(answer.status, given, answer.read())
        finally:
            connection.close()

    def post_all(self, numbers: Sequence[int], done: set[int]) -> None:
        """Send these one after the other; `done` are those that were answered 200."""
        for number in numbers:
            with suppress(OSError, http.client.HTTPException):
                if self.post(number).status == 200:
                    done.add(number)


@contextmanager
def running_intake(
    folder: Path, database: str, redis_url: str = "", **options: float
) -> Iterator[IntakeProcess]:
    """Start harness.intake_program in the folder; stop it in the end."""
    path = os.pathsep.join(str(ROOT / part) for part in ("src", "tools", "tests"))
    environ = {**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
    given = (str(folder), database, redis_url, json.dumps(options))
    with _running(folder, "harness.intake_program", *given, env=environ) as running:
        yield IntakeProcess(running)


def at_once(count: int, work: Callable[[int], None]) -> list[threading.Thread]:
    """Let so many threads do the work, each with its number; they are under way on return."""
    threads = [threading.Thread(target=work, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    return threads
