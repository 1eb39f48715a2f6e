"""What a person does besides the merge: about the data, and on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clay_arch.migration.project import LADDER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clay_arch.migration.outcome import Outcome

__all__ = ["data_steps", "next_commands"]

ENDED = "End every leadflow process of the project before you start one of the new files."
CARRIED = (
    "The ledger stays where it is, and all variants read it: what was sent is never sent again,"
    " and the submissions of each webhook count on."
)
WAITING = {
    "direct": "Leads that wait are sent by the next `leadflow send`.",
    "standard": "Leads that wait are sent by the next `leadflow send`; callbacks are awaited for"
    " those that were sent.",
    "queue": "Leads that wait enter the queue, each once, with the first `leadflow work` or"
    " `leadflow enqueue`; to keep some back, set DAILY_CREDIT_CAP before.",
}
NO_DELIVERIES = (
    "Direct delivers nothing: before you go on, let `leadflow status` show nothing in flight."
)
NO_POSTGRES = (
    "Direct knows SQLite only: from PostgreSQL, take the ledger back with `leadflow store copy`"
    " before you go on."
)
JOBS = "Jobs that are in Redis stay there; whoever climbs again finds what was sent done."
CALLBACKS = (
    "For the way back, make secrets with `leadflow secrets` and follow docs/clay-setup.md in Clay."
)


def data_steps(start: str, end: str) -> tuple[str, ...]:
    """What becomes of the data between two variants, and what to do about it, in order."""
    return () if start == end else tuple(_data_steps(start, end))


def _data_steps(start: str, end: str) -> Iterator[str]:
    goes_down = LADDER.index(end) < LADDER.index(start)
    yield ENDED
    if end == "direct":
        yield from (NO_DELIVERIES, NO_POSTGRES)
    yield CARRIED
    yield WAITING[end]
    if start == "queue" and goes_down:
        yield JOBS
    if start == "direct" and not goes_down:
        yield CALLBACKS


def next_commands(outcome: Outcome) -> tuple[str, ...]:
    """The lines to type next, in the project's folder."""
    if outcome.is_dry_run or not outcome.is_change:
        return ()
    settle = ("git status", "git add FILE") if outcome.conflicts else ()
    message = f"git commit -m 'clay-arch: from {outcome.start} to {outcome.end}'"
    return (*settle, "make check test", message)
