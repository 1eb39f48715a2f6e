"""What every store promises, whichever it is: each test runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from enum import StrEnum
from pathlib import Path

import pytest

from harness.stores import Store
from leadflow.adapters.arrival import VARIANT
from leadflow.adapters.database import Database, marks
from leadflow.adapters.schema_files import schema_files
from leadflow.domain.errors import LedgerError, LedgerMismatch

PUT = "INSERT INTO webhook (webhook_id, label, used, full_at) VALUES (?, ?, ?, ?)"
PUT_NEW = f"{PUT} ON CONFLICT (webhook_id) DO NOTHING"
LABELS = "SELECT label FROM webhook ORDER BY label"
COUNT_UP = "UPDATE webhook SET used = used + ? WHERE label IN ({labels})"
CHANGE = "UPDATE webhook SET {column} = ?"
FREE = "SELECT label FROM webhook WHERE used = 0 ORDER BY label LIMIT 7 {skip_locked}"


class Mood(StrEnum):
    CALM = "calm"


def put(database: Database, *labels: str) -> None:
    for label in labels:
        database.execute(PUT, (label, label, 0, None))


def labels(store: Store) -> list[str]:
    """What somebody else finds in the store."""
    with store.open_to_read() as reader:
        return [label for (label,) in reader.execute(LABELS)]


def test_what_a_transaction_stored_is_there_for_others_once_it_has_ended(store: Store) -> None:
    with store.open() as database:
        with database.transaction():
            put(database, "a", "b")
            during = labels(store)

        assert during == []
        assert labels(store) == ["a", "b"]


def test_a_statement_alone_is_stored_at_once(store: Store) -> None:
    with store.open() as database:
        put(database, "a")

        assert labels(store) == ["a"]


def test_a_transaction_that_fails_stores_nothing(store: Store, database: Database) -> None:
    with suppress(KeyError), database.transaction():
        put(database, "a")
        raise KeyError

    assert labels(store) == []
    put(database, "b")
    assert labels(store) == ["b"]


def test_a_transaction_inside_another_joins_it(store: Store, database: Database) -> None:
    with suppress(KeyError), database.transaction():
        with database.transaction():
            put(database, "a")
        raise KeyError

    assert labels(store) == []


def test_a_refused_statement_leaves_what_was_stored_before(
    store: Store, database: Database
) -> None:
    put(database, "a")

    with pytest.raises(LedgerError):
        put(database, "a")

    put(database, "b")
    assert labels(store) == ["a", "b"]


def test_a_statement_that_makes_no_sense_is_a_ledger_error(database: Database) -> None:
    with pytest.raises(LedgerError, match=r"\w"):
        database.execute("SELECT nothing FROM nowhere")


def test_many_rows_are_counted_by_what_changed(database: Database) -> None:
    put(database, "b")
    rows = [(label, label, 0, None) for label in "abc"]

    assert database.execute_many(PUT_NEW, iter(rows)) == 2
    assert database.execute_many(PUT_NEW, iter(rows)) == 0
    assert database.execute_many(PUT_NEW, iter(())) == 0


def test_a_change_tells_how_many_rows_it_changed(database: Database) -> None:
    put(database, "a", "b", "c")

    changed = database.execute(COUNT_UP.format(labels=marks("ab")), (True, "a", "b"))

    assert changed.rowcount == 2
    assert database.execute("SELECT sum(used), max(used) FROM webhook").fetchall() == [(2, 1)]


def test_an_answer_can_be_taken_row_by_row_at_once_or_in_a_loop(database: Database) -> None:
    put(database, "a", "b", "c")

    answer = database.execute(LABELS)

    assert answer.fetchone() == ("a",)
    assert list(answer) == [("b",), ("c",)]
    assert database.execute(LABELS).fetchall() == [("a",), ("b",), ("c",)]
    assert database.execute("SELECT 1 FROM webhook WHERE label = ?", ("d",)).fetchone() is None


def test_an_insert_can_return_the_key_it_made(database: Database) -> None:
    begin = "INSERT INTO intake (file, started_at) VALUES (?, ?) RETURNING intake_id"

    first, second = (database.execute(begin, ("leads.csv", 1.5)).fetchone()[0] for _ in range(2))

    assert (first, second) == (1, 2)


@pytest.mark.parametrize(
    "text",
    ["", "why?", "100 % sure", "it's; DROP TABLE lead --", "Ž\U0001f600漢", "a\nb\t\\n", Mood.CALM],
    ids=["empty", "question", "percent", "quote", "wide", "control", "enum"],
)
def test_a_text_comes_back_as_it_was(database: Database, text: str) -> None:
    database.execute(PUT, ("id", text, 0, None))

    query = "SELECT label, label = ?, 'why? 100 %' FROM webhook"
    assert database.execute(query, (text,)).fetchone() == (str(text), True, "why? 100 %")


@pytest.mark.parametrize("number", [0, -1, 2**15, 2**31, 2**53 + 1, 2**63 - 1, -(2**63)])
def test_a_whole_number_comes_back_as_it_was(database: Database, number: int) -> None:
    database.execute(PUT, ("id", "", number, None))

    assert database.execute("SELECT used FROM webhook").fetchone() == (number,)


@pytest.mark.parametrize("seconds", [1_795_000_000.123456, 5e-324, 1, None])
def test_a_time_comes_back_as_it_was(database: Database, seconds: float | None) -> None:
    database.execute(PUT, ("id", "", 0, seconds))

    assert database.execute("SELECT full_at FROM webhook").fetchone() == (seconds,)


@pytest.mark.parametrize(
    ("column", "value"),
    [("used", 2**63), ("used", -(2**63) - 1), ("label", "\ud800")],
    ids=["too-large", "too-small", "lone-surrogate"],
)
def test_a_value_that_cannot_be_stored_is_no_fault_of_the_store(
    store: Store, database: Database, column: str, value: object
) -> None:
    put(database, "a")

    with pytest.raises((ValueError, OverflowError)):
        database.execute(CHANGE.format(column=column), (value,))

    put(database, "b")
    assert labels(store) == ["a", "b"]


def test_texts_are_sorted_by_their_code_points(database: Database) -> None:
    put(database, "ä", "b", "B", "a", "_", "é", "1")

    assert [label for (label,) in database.execute(LABELS)] == ["1", "B", "_", "a", "b", "ä", "é"]


def test_a_long_answer_is_read_while_others_are_stored(store: Store, database: Database) -> None:
    rows = [(f"{n:04}", f"{n:04}", 0, None) for n in range(2_500)]
    with database.transaction():
        database.execute_many(PUT, rows)
    stream = database.stream("SELECT label FROM webhook WHERE used = ? ORDER BY label", (0,))
    first = next(stream)

    put(database, "later")
    stored = labels(store)

    assert first == ("0000",)
    assert stored[-1] == "later"
    assert [label for (label,) in stream if label != "later"] == [label for label, *_ in rows[1:]]


def test_a_long_answer_within_a_transaction_shows_what_it_has_stored(database: Database) -> None:
    with database.transaction():
        put(database, "a")
        found = list(database.stream(LABELS))

    assert found == [("a",)]


def test_a_long_answer_that_nobody_finishes_is_in_nobodys_way(
    store: Store, database: Database
) -> None:
    put(database, *"abc")
    stream = database.stream(LABELS)
    next(stream)
    del stream

    with database.transaction():
        put(database, "d")

    assert labels(store) == ["a", "b", "c", "d"]


def test_a_new_store_vouches_for_itself(database: Database) -> None:
    assert database.is_sound()


def test_its_name_tells_where_it_is_and_no_secret(store: Store, database: Database) -> None:
    place = str(store.path) if store.kind == "sqlite" else "/leadflow_"

    assert place in database.name
    assert "kept-from" not in database.name


def test_a_store_opened_again_has_what_it_had(store: Store) -> None:
    with store.open() as database:
        put(database, "a")

    with store.open() as database:
        assert database.execute(LABELS).fetchall() == [("a",)]


def test_a_store_that_is_not_there_reads_as_empty_and_is_not_made(store: Store) -> None:
    for _ in range(2):
        with store.open_to_read() as reader:
            assert reader.execute("SELECT count(*) FROM lead").fetchone() == (0,)

    assert store.kind == "postgres" or not store.path.exists()


def test_who_reads_cannot_store(store: Store) -> None:
    with store.open() as database:
        put(database, "a")

    with store.open_to_read() as reader, suppress(LedgerError):
        put(reader, "b")

    assert labels(store) == ["a"]


def test_many_may_open_a_new_store_at_once(store: Store) -> None:
    meeting = threading.Barrier(4, timeout=30)

    def open_and_put(label: str) -> None:
        meeting.wait()
        with store.open() as database:
            put(database, label)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(open_and_put, "abcd"))

    assert labels(store) == ["a", "b", "c", "d"]


def test_writers_on_several_connections_lose_nothing(store: Store) -> None:
    with store.open() as database:
        put(database, "a")

    def count_up(_: int) -> None:
        with store.open() as database:
            for _ in range(25):
                database.execute("UPDATE webhook SET used = used + 1 WHERE label = ?", ("a",))

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(count_up, range(4)))

    with store.open_to_read() as reader:
        assert reader.execute("SELECT used FROM webhook").fetchone() == (100,)


def test_several_claimers_never_take_the_same_row(store: Store) -> None:
    with store.open() as database, database.transaction():
        put(database, *(f"{n:03}" for n in range(60)))

    def claim_all(_: int) -> list[str]:
        with store.open() as database:
            return list(claims(database))

    with ThreadPoolExecutor(3) as threads:
        taken = [label for claimed in threads.map(claim_all, range(3)) for label in claimed]

    assert sorted(taken) == [f"{n:03}" for n in range(60)]


def claims(database: Database) -> Iterator[str]:
    while True:
        with database.transaction():
            free = database.execute(FREE.format(skip_locked=database.skip_locked))
            found = [label for (label,) in free]
            if not found:
                return
            database.execute(COUNT_UP.format(labels=marks(found)), (1, *found))
        yield from found


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    """A schema that grows: of ours it has what every store must have."""
    folder = tmp_path / "schema"
    folder.mkdir()
    lead = "CREATE TABLE lead (seq INTEGER PRIMARY KEY) STRICT;"
    mark = schema_files()[4].replace("DEFAULT ''", f"DEFAULT '{VARIANT}'", 1)
    (folder / "0001_ledger.sql").write_text(f"{lead}\n{mark}")
    return folder


def test_a_schema_is_taken_forward_and_keeps_its_rows(store: Store, newer: Path) -> None:
    with store.open(schema=newer) as database:
        database.execute("INSERT INTO lead (seq) VALUES (7)")
    (newer / "0002_more.sql").write_text("ALTER TABLE lead ADD COLUMN note TEXT;")

    with pytest.raises(LedgerMismatch, match="takes it forward"), store.open_to_read(schema=newer):
        pass
    with store.open(schema=newer) as database:
        assert database.execute("SELECT seq, note FROM lead").fetchall() == [(7, None)]
    with store.open_to_read(schema=newer) as reader:
        assert reader.execute("SELECT seq, note FROM lead").fetchall() == [(7, None)]


def test_a_newer_schema_is_refused_and_left_alone(store: Store, newer: Path) -> None:
    for number in range(2, 10):
        (newer / f"000{number}_more.sql").write_text(f"CREATE TABLE later_{number} (n INTEGER);")
    with store.open(schema=newer):
        pass

    for open_it in (store.open, store.open_to_read):
        with pytest.raises(LedgerMismatch, match=r"schema 9.*upgrade leadflow"), open_it():
            pass


def test_a_step_that_fails_is_not_half_taken(store: Store, newer: Path) -> None:
    (newer / "0002_wrong.sql").write_text("CREATE TABLE more (n INTEGER) STRICT; SELECT nothing;")

    with pytest.raises(LedgerError), store.open(schema=newer):
        pass

    (newer / "0002_wrong.sql").unlink()
    with store.open(schema=newer) as database, pytest.raises(LedgerError):
        database.execute("SELECT count(*) FROM more")


def test_connections_are_given_back(store: Store) -> None:
    for _ in range(110):  # more than a server or a process allows at once
        with store.open():
            pass

    with ExitStack() as stack:
        readers = [stack.enter_context(store.open_to_read()) for _ in range(5)]
        assert all(reader.is_sound() for reader in readers)
