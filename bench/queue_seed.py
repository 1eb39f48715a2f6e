"""Beside the seed's worker as it is written, on Node and on Python: same jobs, same faults."""

from __future__ import annotations

import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from callback_targets import PEERS, install_node_modules
from measure import PYTHON
from queue_grants import watched_grants
from queue_seed_count import Outcome, count, show
from queue_slow_answers import SlowAnswers, slow_answers
from queue_world import WORK, World, world

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["seed"]

LEADS, CAP, WORKERS = 150, 500, 2
ANSWER_SECONDS, LATE_SECONDS = 0.1, 3.0
OURS, NODE, PORT = "ours", "seed, BullMQ on Node", "seed, BullMQ for Python"
COMMANDS = {
    OURS: WORK,
    NODE: ("node", str(PEERS / "seed_worker.mjs")),
    PORT: (PYTHON, str(PEERS / "seed_worker.py"), "work"),
}
UNDISTURBED_SECONDS = 10.0
RUN_SECONDS = 85.0  # by BullMQ's defaults a dead worker's job may wait for a minute


@dataclass(slots=True)
class Side:
    """One of them at work, on servers of its own."""

    name: str
    made: World
    answers: SlowAnswers
    grants: list[int]  # of our gate; the seed has none

    def start(self) -> None:
        self.made.start(command=COMMANDS[self.name])

    def add(self) -> None:
        if self.name == OURS:
            self.made.enqueue(LEADS)
        else:
            self.made.run([str(PEERS / "seed_worker.py"), "add", str(LEADS)])

    def kill_one(self) -> None:
        """Kill the worker that began first; another takes its place."""
        self.made.kill(self.made.workers[0])
        self.answers.seconds = ANSWER_SECONDS
        self.start()

    def answer_late(self) -> None:
        self.answers.seconds = LATE_SECONDS

    def fail(self, *faults: str) -> None:
        self.made.clay.control.set_faults(*faults)

    def outcome(self) -> Outcome:
        return count(
            self.made,
            LEADS,
            cap=CAP,
            undisturbed_seconds=UNDISTURBED_SECONDS,
            grants=sorted(self.grants),
        )


# What happens to each side, and when, in seconds from the first job.
FAULTS: dict[float, Callable[[Side], None]] = {
    UNDISTURBED_SECONDS: lambda side: side.fail("429,retry_after=2"),
    14.0: lambda side: side.fail(),
    15.5: Side.answer_late,  # so that a job is in hand, and its row made,
    17.0: Side.kill_one,  # when its worker dies
    18.0: lambda side: side.fail("503"),
    23.0: lambda side: side.fail(),
}


def seed(rounds: int) -> None:
    """Let all three work at the same time, a minute a round."""
    install_node_modules()
    found: dict[str, list[Outcome]] = {name: [] for name in COMMANDS}
    for _ in range(rounds):
        for name, outcome in _round().items():
            found[name].append(outcome)
    print(f"\n{LEADS} leads, {WORKERS} workers a side, {CAP} credits a day at 6 a lead;")
    print(f"{UNDISTURBED_SECONDS:g} s of peace, 429 for 4 s, a worker killed, 503 for 5 s")
    print(f"after {RUN_SECONDS:g} s:", flush=True)
    for name, outcomes in found.items():
        show(name, outcomes)


def _round() -> dict[str, Outcome]:
    with ExitStack() as stack:
        sides = [stack.enter_context(_side(name)) for name in COMMANDS]
        for side in sides:
            for _ in range(WORKERS):
                side.start()
        for side in sides:
            side.made.wait_for_workers()
        for side in sides:
            side.add()
        start = time.monotonic()
        for moment, fault in FAULTS.items():
            time.sleep(max(0.0, start + moment - time.monotonic()))
            for side in sides:
                fault(side)
        time.sleep(max(0.0, start + RUN_SECONDS - time.monotonic()))
        return {side.name: side.outcome() for side in sides}


@contextmanager
def _side(name: str) -> Iterator[Side]:
    with world(is_shared=name == OURS) as made, watched_grants(made.valkey.port) as grants:
        url = urlsplit(made.clay.webhook_urls[0])
        with slow_answers(url.port or 80, seconds=ANSWER_SECONDS) as answers:
            address = url._replace(netloc=f"127.0.0.1:{answers.port}").geturl()
            made.changes = {
                "CLAY_WEBHOOK_URL": address,
                "DAILY_CREDIT_CAP": str(CAP),
                "WEBHOOK_URL": address,
                "REDIS_PORT": str(made.valkey.port),
            }
            yield Side(name, made, answers, grants)
