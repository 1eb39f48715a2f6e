"""What became of every lead: counted at Clay, in the queue and in the ledger."""

from __future__ import annotations

import json
import statistics
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import psycopg
from queue_grants import most_in_a_second
from queue_world import CREDITS_PER_LEAD, QUEUE, World

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["Outcome", "count", "show"]

UNKNOWN = "SELECT lead_id FROM lead WHERE state = 'unknown'"


class Outcome(NamedTuple):
    """One side after one run."""

    begun: int
    busiest: int
    most_granted: int
    sent: int
    waiting: int
    unknown: int
    lost: int
    in_failed_set: int
    duplicates: int
    overspent: int


def count(
    made: World, leads: int, *, cap: int, undisturbed_seconds: float, grants: Sequence[int]
) -> Outcome:
    """A lead is lost that has no row, no job that waits, and is listed for nobody."""
    starts = sorted(made.arrivals())
    rows = Counter(str(row["values"]["lead_id"]) for row in made.clay.control.rows())
    waiting, unknown = _waiting(made) - set(rows), _unknown(made)
    begun = [at for at in starts if at < starts[0] + undisturbed_seconds]
    return Outcome(
        begun=len(begun),
        busiest=made.clay.control.state()["starts"]["most_in_any_second"],
        most_granted=most_in_a_second(grants) if grants else 0,
        sent=len(rows),
        waiting=len(waiting),
        unknown=len(unknown),
        lost=leads - len(rows.keys() | waiting | unknown),
        in_failed_set=made.valkey.depth(QUEUE)["failed"],
        duplicates=rows.total() - len(rows),
        overspent=max(0, rows.total() * CREDITS_PER_LEAD - cap),
    )


def show(name: str, outcomes: Sequence[Outcome]) -> None:
    def of(read: Callable[[Outcome], float]) -> str:
        values = [read(outcome) for outcome in outcomes]
        spread = f" ({min(values):g}-{max(values):g})" if min(values) != max(values) else ""
        return f"{statistics.median(values):g}{spread}"

    print(f"  {name}", flush=True)
    print(
        f"    {of(lambda o: o.begun)} sent before the first fault; "
        f"most in any second {of(lambda o: o.busiest)} at Clay"
        + (f", {of(lambda o: o.most_granted)} by the gate" if outcomes[0].most_granted else "")
    )
    print(
        f"    {of(lambda o: o.sent)} at Clay, {of(lambda o: o.waiting)} waiting, "
        f"{of(lambda o: o.unknown)} listed as unknown, LOST {of(lambda o: o.lost)}, "
        f"failed set {of(lambda o: o.in_failed_set)}"
    )
    print(
        f"    duplicate rows {of(lambda o: o.duplicates)}, "
        f"credits over the cap {of(lambda o: o.overspent)}",
        flush=True,
    )


def _waiting(made: World) -> set[str]:
    """The leads of jobs that a worker will still take up."""
    ranges = {"wait": "LRANGE", "active": "LRANGE", "delayed": "ZRANGE", "prioritized": "ZRANGE"}
    prefix = f"bull:{QUEUE}"
    job_ids = [
        job_id
        for name, how in ranges.items()
        for job_id in made.valkey.does(how, f"{prefix}:{name}", 0, -1)
    ]
    data = [made.valkey.does("HGET", f"{prefix}:{job_id}", "data") for job_id in job_ids]
    return {str(json.loads(each)["lead_id"]) for each in data if each}


def _unknown(made: World) -> set[str]:
    """The leads that `leadflow status` lists for a person; the seed has no such list."""
    if not made.database.startswith("postgres"):
        return set()
    with psycopg.connect(made.database) as connection:
        return {str(lead_id) for (lead_id,) in connection.execute(UNKNOWN)}
