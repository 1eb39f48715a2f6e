"""Nothing protects a sender from sending twice, and nothing sends again for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from clay_arch.sandbox import Switches
from clay_arch.sandbox.table import Insertion, Row, Table

if TYPE_CHECKING:
    from tests.sandbox.conftest import Post, Start


def deduping_table() -> Table:
    return Table(rows_allowed=10, dedupe_column="email", dedupe_blind_seconds=0.05)


@pytest.mark.fact("wire.idempotency")
def test_the_same_post_twice_is_two_rows_and_costs_twice(start: Start, post: Post) -> None:
    clay = start()

    for _ in range(2):
        post(clay.webhook_urls[0], {"email": "ada@crunchy.example"})
    clay.control.wait_until_idle()

    state = clay.control.state()
    assert state["rows"]["made"] == 2
    assert (state["credits"]["spent"], state["actions"]["spent"]) == (12, 6)


@pytest.mark.fact("wire.idempotency")
def test_auto_dedupe_drops_a_later_row_with_the_same_value() -> None:
    table = deduping_table()

    first = table.insert({"email": "a@b.example"}, webhook=0, now=0.0)
    second = table.insert({"email": "a@b.example"}, webhook=0, now=1.0)

    assert isinstance(first, Row)
    assert second is Insertion.DUPLICATE
    assert table.rows_in_table == 1


@pytest.mark.fact("wire.idempotency")
def test_auto_dedupe_misses_rows_inserted_within_milliseconds() -> None:
    table = deduping_table()

    made = [table.insert({"email": "a@b.example"}, webhook=0, now=at) for at in (0.0, 0.004)]

    assert all(isinstance(row, Row) for row in made)


@pytest.mark.fact("wire.dedupe-length")
@pytest.mark.parametrize(("length", "rows"), [(200, 1), (201, 2)])
def test_auto_dedupe_compares_values_of_at_most_200_characters(length: int, rows: int) -> None:
    table = deduping_table()

    for at in (0.0, 1.0):
        table.insert({"email": "x" * length}, webhook=0, now=at)

    assert table.rows_in_table == rows


@pytest.mark.parametrize("value", [None, "", 7])
def test_auto_dedupe_leaves_blank_and_other_values_alone(value: object) -> None:
    table = deduping_table()

    for at in (0.0, 1.0):
        table.insert({"email": value}, webhook=0, now=at)

    assert table.rows_in_table == 2


@pytest.mark.fact("wire.idempotency")
def test_a_duplicate_is_accepted_and_counted_all_the_same(start: Start, post: Post) -> None:
    clay = start(dedupe_column="email", switches=Switches(dedupe_blind_seconds=0))

    answers = [post(clay.webhook_urls[0]).status_code for _ in range(2)]

    state = clay.control.state()
    assert answers == [200, 200]
    assert state["webhooks"][0]["accepted"] == 2
    assert (state["rows"]["made"], state["rows"]["duplicates"]) == (1, 1)


@pytest.mark.fact("wire.replay")
def test_a_dropped_record_never_comes_back(start: Start, post: Post) -> None:
    clay = start(burst=1)
    post(clay.webhook_urls[0], {"email": "kept@crunchy.example"})
    post(clay.webhook_urls[0], {"email": "dropped@crunchy.example"})

    clay.control.wait_until_idle()

    rows = [row["values"]["email"] for row in clay.control.rows()]
    assert clay.control.state()["answers"] == {"200": 1, "429": 1}
    assert rows == ["kept@crunchy.example"]
