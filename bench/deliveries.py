"""End to end: callbacks at 1,000/s, each delivered to a CRM and an outreach tool of 20 ms.

What waits is a lead: from the moment its callback was due until each destination has answered.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import statistics
import subprocess
import tempfile
import time
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from callback_rounds import GENERATOR
from callback_targets import TEMPLATE, environment, ours, prepare, running
from measure import PYTHON

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

HERE = Path(__file__).parent
RATE, CALLBACKS, ROUNDS = 1_000, 10_000, 3
LONGEST_SECONDS, PATIENCE_SECONDS, LOOK_SECONDS = 1.0, 60.0, 0.5
TOKEN = "secret-token"  # noqa: S105 - of the fakes
DELIVERED = "SELECT count(*) FROM delivery WHERE state = 'delivered'"
SETTLED = """
    SELECT changed_at - received_at
      FROM delivery JOIN inbox USING (event_id)
     WHERE destination = 'database'
"""
DESTINATIONS = 3


class Fakes(NamedTuple):
    """The destinations' own process."""

    process: subprocess.Popen[bytes]
    urls: Mapping[str, str]

    def answered(self) -> dict[str, dict[str, float]]:
        """Stop it; say when each destination had answered for each lead."""
        said, _ = self.process.communicate(timeout=PATIENCE_SECONDS)
        answered: dict[str, dict[str, float]] = json.loads(said)
        return answered


@contextmanager
def running_fakes() -> Iterator[Fakes]:
    environ = {**environment(), "PYTHONPATH": str(TEMPLATE / "tools")}
    process = subprocess.Popen(
        [PYTHON, str(HERE / "fake_destinations.py")],
        env=environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        yield Fakes(process, json.loads(process.stdout.readline()))
    finally:
        process.kill()
        process.wait()


def offer(port: int, bodies: Path, *, due: Path) -> dict[str, float]:
    """Offer every callback once; say when each lead's was due."""
    options = {"--count": CALLBACKS, "--rate": RATE, "--due": due}
    words = [str(word) for option in options.items() for word in option]
    command = [PYTHON, GENERATOR, str(port), str(bodies), *words]
    subprocess.run(command, env=environment(), check=True, stdout=subprocess.DEVNULL)
    with bodies.open() as lines:
        leads = [json.loads(line)["correlation_token"].split(".")[2] for line in lines]
    return dict(zip(leads, json.loads(due.read_text()), strict=True))


def wait_until_delivered(ledger: Path) -> list[float]:
    """Return how long each row took from being received to our own database."""
    expected, delivered, end = CALLBACKS * DESTINATIONS, 0, time.monotonic() + PATIENCE_SECONDS
    with closing(sqlite3.connect(ledger)) as database:
        while time.monotonic() < end:
            (delivered,) = database.execute(DELIVERED).fetchone()
            if delivered == expected:
                return [seconds for (seconds,) in database.execute(SETTLED)]
            time.sleep(LOOK_SECONDS)
    raise TimeoutError(f"{delivered} of {expected} were delivered")


def one_round(ledger: Path, bodies: Path, folder: Path) -> dict[str, list[float]]:
    """Start everything anew; return how long each lead waited for each destination."""
    with running_fakes() as fakes:
        environ = {
            "CRM_URL": fakes.urls["crm"],
            "OUTREACH_URL": fakes.urls["outreach"],
            "DESTINATION_TOKEN": TOKEN,
            "DESTINATIONS_FILE": str(HERE / "deliveries_destinations.yaml"),
            "DO_NOT_CONTACT_FILE": str(TEMPLATE / "do-not-contact.txt"),
            "ROUTES_FILE": str(HERE / "deliveries_routes.yaml"),
        }
        with running(ours(ledger, environ, works=True), folder) as port:
            due = offer(port, bodies, due=folder / "due.json")
            waits = {"database": wait_until_delivered(folder / "leadflow.sqlite")}
        for name, answered in fakes.answered().items():
            waits[name] = [answered[lead] - moment for lead, moment in due.items()]
    return waits


def show(rounds: list[dict[str, list[float]]]) -> None:
    print(f"\nEnd to end at {RATE:,}/s offered, from a callback due to the destination's answer")
    for name in rounds[0]:
        waits = [sorted(waits[name]) for waits in rounds]
        p50 = statistics.median(each[len(each) // 2] for each in waits)
        p99 = statistics.median(each[len(each) * 99 // 100] for each in waits)
        longest = ", ".join(f"{each[-1]:.3f}" for each in waits)
        print(f"  {name:<34} p50 {p50:.3f} s   p99 {p99:.3f} s   longest {longest} s")
    longest_of_all = max(max(each) for waits in rounds for each in waits.values())
    kept = "kept" if longest_of_all <= LONGEST_SECONDS else "MISSED"
    print(f"  longest wait of all {longest_of_all:.3f} s   at most {LONGEST_SECONDS:g} s: {kept}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ledger, bodies = folder / "ledger.sqlite", folder / "bodies.jsonl"
        prepare("--ledger", ledger, "--bodies", bodies, callbacks=CALLBACKS)
        show([one_round(ledger, bodies, folder / str(n)) for n in range(given.rounds)])


if __name__ == "__main__":
    main()
