"""A batch that is written whole or not at all: which of its rows is at fault, and at what price.

A refused batch is tried again in halves, until the row that is refused stands alone. When nothing
at all is taken, no row is at fault; about as many tries as it takes to find one tell. Whoever is
not sorted out in time waits for the next batch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from leadflow.domain.delivery import Outcome, OutcomeKind

__all__ = ["separate"]

R = TypeVar("R")
SPARE_TRIES = 3  # so that two who stand side by side are still found
NOT_YET = Outcome(OutcomeKind.HELD, "others of its batch were refused; it goes with the next")


def separate(
    rows: Sequence[R],
    write: Callable[[Sequence[R]], Outcome],
    *,
    has_time: Callable[[], bool] = lambda: True,
) -> list[Outcome]:
    """Write the rows; one outcome each, in order. Of what fails alone only itself is refused."""
    outcomes: list[Outcome] = []
    parts, failures, has_taken = [rows], 0, False
    while parts:
        part = parts.pop()
        outcome = write(part) if has_time() or not outcomes else NOT_YET
        has_taken = has_taken or outcome.kind is OutcomeKind.DELIVERED
        failures += outcome.kind is not OutcomeKind.DELIVERED
        is_refused = outcome.kind is OutcomeKind.PERMANENT
        if is_refused and not has_taken and failures > len(rows).bit_length() + SPARE_TRIES:
            return [_nobodys_fault(outcome)] * len(rows)
        if is_refused and len(part) > 1:
            half = len(part) // 2
            parts += [part[half:], part[:half]]
        else:
            outcomes += [outcome] * len(part)
    return outcomes if has_taken else [_nobodys_fault(outcome) for outcome in outcomes]


def _nobodys_fault(outcome: Outcome) -> Outcome:
    is_refused = outcome.kind is OutcomeKind.PERMANENT
    return replace(outcome, kind=OutcomeKind.HELD) if is_refused else outcome
