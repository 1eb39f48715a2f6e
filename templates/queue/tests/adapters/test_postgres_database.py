"""What only PostgreSQL promises: it comes back, it says what to do, it keeps every secret."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from enum import StrEnum

import pytest

from harness.postgres import PASSWORD, Administrator
from leadflow.adapters.postgres_database import PostgresDatabase
from leadflow.domain.errors import LedgerBusy, LedgerDamaged, LedgerError, SettingsError


@pytest.fixture
def notes(postgres_url: str) -> Iterator[PostgresDatabase]:
    """An opened database with one small table, outside any ledger."""
    with closing(PostgresDatabase(postgres_url)) as database:
        database.execute("CREATE TABLE note (number BIGINT PRIMARY KEY, text TEXT)")
        yield database


def test_a_connection_lost_between_transactions_is_replaced(
    notes: PostgresDatabase, administrator: Administrator
) -> None:
    administrator.ends_every_connection()

    notes.execute("INSERT INTO note (number) VALUES (?)", (1,))

    assert notes.execute("SELECT number FROM note").fetchall() == [(1,)]


def test_a_connection_lost_within_a_transaction_loses_all_of_it(
    notes: PostgresDatabase, administrator: Administrator
) -> None:
    def store() -> None:
        with notes.transaction():
            notes.execute("INSERT INTO note (number) VALUES (?)", (1,))
            administrator.ends_every_connection()
            notes.execute("INSERT INTO note (number) VALUES (?)", (2,))

    with pytest.raises(LedgerError, match="connection was lost"):
        store()

    assert notes.execute("SELECT number FROM note").fetchall() == []


def test_a_connection_lost_before_the_end_of_a_transaction_is_not_hidden(
    notes: PostgresDatabase, administrator: Administrator
) -> None:
    def store() -> None:
        with notes.transaction():
            notes.execute("INSERT INTO note (number) VALUES (?)", (1,))
            administrator.ends_every_connection()

    with pytest.raises(LedgerError, match="connection was lost"):
        store()

    assert notes.execute("SELECT number FROM note").fetchall() == []


@pytest.mark.parametrize(
    ("code", "kind", "remedy"),
    [
        ("40001", LedgerBusy, "run again"),
        ("40P01", LedgerBusy, "run again"),
        ("53100", LedgerError, "disk is full; free some space"),
        ("53200", LedgerError, "out of resources; see its log"),
        ("53300", LedgerError, "run fewer processes"),
        ("55P03", LedgerBusy, "run again"),
        ("57014", LedgerBusy, "statement_timeout"),
        ("58030", LedgerError, "see its log"),
        ("XX001", LedgerDamaged, "restore a copy"),
        ("23514", LedgerError, "23514; see the log of the server"),
    ],
)
def test_each_failure_of_the_server_says_what_to_do(
    notes: PostgresDatabase, code: str, kind: type[LedgerError], remedy: str
) -> None:
    raising = f"DO $$ BEGIN RAISE 'ada@acme.com' USING ERRCODE = '{code}'; END $$"

    with pytest.raises(LedgerError) as caught:
        notes.execute(raising)

    assert type(caught.value) is kind
    assert remedy in str(caught.value)
    assert "ada@acme.com" not in str(caught.value)


def test_a_deadlock_ends_one_of_the_two_as_busy(postgres_url: str, notes: PostgresDatabase) -> None:
    notes.execute_many("INSERT INTO note (number) VALUES (?)", [(1,), (2,)])
    meeting = threading.Barrier(2, timeout=20)

    def lock(first: int, second: int) -> str:
        with closing(PostgresDatabase(postgres_url)) as database:
            try:
                with database.transaction():
                    database.execute("UPDATE note SET text = '' WHERE number = ?", (first,))
                    meeting.wait()
                    database.execute("UPDATE note SET text = '' WHERE number = ?", (second,))
            except LedgerBusy:
                return "busy"
            return "stored"

    with ThreadPoolExecutor(2) as threads:
        ends = sorted(threads.map(lock, (1, 2), (2, 1)))

    assert ends == ["busy", "stored"]


def test_a_row_that_somebody_holds_is_waited_for_in_bounds(
    postgres_url: str, notes: PostgresDatabase
) -> None:
    change = "UPDATE note SET text = '' WHERE number = 1"
    notes.execute("INSERT INTO note (number) VALUES (1)")

    def wait_a_little() -> None:
        with notes.transaction():
            notes.execute("SET LOCAL lock_timeout = '50ms'")
            notes.execute(change)

    with closing(PostgresDatabase(postgres_url)) as other, other.transaction():
        other.execute(change)

        with pytest.raises(LedgerBusy, match="held the same rows too long"):
            wait_a_little()


def test_a_server_out_of_room_is_named_and_what_was_stored_stays(notes: PostgresDatabase) -> None:
    notes.execute("INSERT INTO note (number) VALUES (1)")

    def sort_too_much() -> None:
        with notes.transaction():
            notes.execute("SET LOCAL temp_file_limit = '64kB'")
            notes.execute("SET LOCAL work_mem = '64kB'")
            notes.execute("SELECT n FROM generate_series(1, 100000) AS n ORDER BY -n")

    with pytest.raises(LedgerError, match="out of resources"):
        sort_too_much()

    assert notes.execute("SELECT number FROM note").fetchall() == [(1,)]


def test_a_failed_statement_that_was_swallowed_is_never_called_stored(
    notes: PostgresDatabase,
) -> None:
    insert = "INSERT INTO note (number) VALUES (1)"

    def store() -> None:
        with notes.transaction():
            notes.execute(insert)
            with suppress(LedgerError):
                notes.execute(insert)

    with pytest.raises(LedgerError, match="stored nothing"):
        store()

    assert notes.execute("SELECT number FROM note").fetchall() == []


def test_a_duplicate_key_is_reported_without_the_key(notes: PostgresDatabase) -> None:
    insert = "INSERT INTO note (number, text) VALUES (1, 'ada@acme.com')"
    notes.execute(insert)

    with pytest.raises(LedgerError, match="UniqueViolation 23505") as caught:
        notes.execute(insert)

    assert "ada" not in str(caught.value)


@pytest.mark.parametrize(
    "wrong",
    [
        f"postgresql://postgres:{PASSWORD}@127.0.0.1:1/leads",
        f"postgresql://postgres:p@{PASSWORD}@127.0.0.1:1/leads",
        f"postgresql://postgres:{PASSWORD}@127.0.0.1:1/leads?nonsense=1",
        f"postgresql://postgres:{PASSWORD}/1@127.0.0.1:1/leads",
        f"postgresql://postgres:%{PASSWORD}@127.0.0.1/leads",
    ],
    ids=["refused", "unescaped-at", "unknown-option", "unescaped-slash", "unescaped-percent"],
)
def test_no_message_repeats_the_password(wrong: str) -> None:
    with pytest.raises((LedgerError, SettingsError)) as caught:
        PostgresDatabase(wrong)

    assert PASSWORD not in str(caught.value)
    assert "DATABASE_URL" in str(caught.value)


def test_a_database_that_is_not_there_is_named(postgres_url: str) -> None:
    with pytest.raises(LedgerError, match='database "elsewhere" does not exist; check DATABASE'):
        PostgresDatabase(f"{postgres_url}&dbname=elsewhere")


class Colour(StrEnum):
    RED = "red"


@pytest.mark.parametrize(
    ("query", "value", "expected"),
    [
        ("SELECT CAST(? AS TEXT)", Colour.RED, "red"),
        ("SELECT CAST(? AS BIGINT) + 1", True, 2),
        ("SELECT 10 - CAST(? AS BIGINT)", False, 10),
        ("SELECT sum(n) + ? FROM (SELECT 2 AS n) AS numbers", 2**40, 2**40 + 2),
        ("SELECT avg(n) * ? FROM (SELECT 2 AS n) AS numbers", 1.5, 3.0),
        ("SELECT 'why? 100%' || ?", "", "why? 100%"),
        ("SELECT CAST(? AS BYTEA)", b"\x00\xff", b"\x00\xff"),
        ("SELECT CAST(? AS TEXT)", None, None),
    ],
    ids=["str-enum", "true", "false", "sum", "average", "question-and-percent", "bytes", "nothing"],
)
def test_values_arrive_and_return_as_with_sqlite(
    notes: PostgresDatabase, query: str, value: object, expected: object
) -> None:
    (answer,) = notes.execute(query, (value,)).fetchone()

    assert expected == answer
    assert type(expected) is type(answer)


def test_nothing_stays_prepared_on_the_server(notes: PostgresDatabase) -> None:
    for _ in range(20):
        notes.execute("SELECT text FROM note WHERE number = ?", (1,))

    (prepared,) = notes.execute("SELECT count(*) FROM pg_prepared_statements").fetchone()

    assert prepared == 0


def test_a_reader_of_a_long_answer_may_store_meanwhile(
    notes: PostgresDatabase, administrator: Administrator
) -> None:
    notes.execute_many("INSERT INTO note (number) VALUES (?)", [(n,) for n in range(3_000)])
    rows = notes.stream("SELECT number FROM note ORDER BY number")
    next(rows)

    notes.execute("UPDATE note SET text = 'read' WHERE number = ?", (0,))

    assert administrator.does("SELECT text FROM note WHERE number = 0") == ("read",)
    assert sum(1 for _ in rows) == 2_999
