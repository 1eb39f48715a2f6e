"""Of rows that are only taken together, whoever is refused is found, in few tries."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from leadflow.adapters.sinks.separating import separate
from leadflow.domain.delivery import Outcome, OutcomeKind

DELIVERED = Outcome(OutcomeKind.DELIVERED)


@pytest.mark.parametrize("bad", [set(), {0}, {499}, {0, 1}, {7, 250, 499}], ids=str)
def test_whoever_is_refused_alone_is_found_and_all_others_are_taken(bad: set[int]) -> None:
    calls = []

    def write(rows: Sequence[int]) -> Outcome:
        calls.append(len(rows))
        return Outcome(OutcomeKind.PERMANENT, "no") if bad & set(rows) else DELIVERED

    outcomes = separate(range(500), write)

    refused = {n for n, outcome in enumerate(outcomes) if outcome.kind is OutcomeKind.PERMANENT}
    assert (len(outcomes), refused) == (500, bad)
    assert len(calls) <= 1 + 20 * len(bad)


def test_when_nothing_is_taken_nobody_is_at_fault_and_few_tries_tell() -> None:
    calls = []

    def write(rows: Sequence[int]) -> Outcome:
        calls.append(len(rows))
        return Outcome(OutcomeKind.PERMANENT, "the password")

    outcomes = separate(range(500), write)

    assert outcomes == [Outcome(OutcomeKind.HELD, "the password")] * 500
    assert len(calls) <= 13


def test_who_is_not_sorted_out_in_time_waits_and_who_was_is_settled() -> None:
    calls = []

    def write(rows: Sequence[int]) -> Outcome:
        calls.append(rows)
        return Outcome(OutcomeKind.PERMANENT, "no") if 99 in rows else DELIVERED

    outcomes = separate(range(100), write, has_time=lambda: len(calls) < 4)

    kinds = [outcome.kind for outcome in outcomes]
    assert kinds == [OutcomeKind.DELIVERED] * 75 + [OutcomeKind.HELD] * 25
