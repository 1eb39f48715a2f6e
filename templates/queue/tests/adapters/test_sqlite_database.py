"""The SQLite driver keeps the promises of `Database`, and takes an older ledger forward."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from leadflow.adapters.database import Database
from leadflow.adapters.schema_files import latest_version, schema_files
from leadflow.adapters.sqlite_lock import hold, is_held
from leadflow.adapters.sqlite_store import open_store, open_store_to_read
from leadflow.domain.errors import LedgerBusy, LedgerDamaged, LedgerError, LedgerMismatch

ADD = "INSERT INTO webhook (webhook_id, label) VALUES (?, ?) ON CONFLICT (webhook_id) DO NOTHING"
LATER = latest_version() + 1
NAMES = "SELECT webhook_id FROM webhook ORDER BY webhook_id"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite"


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    with open_store(path) as opened:
        yield opened


@pytest.fixture
def later_schema(tmp_path: Path) -> Path:
    """What a later version brings: the files of this one, and one more."""
    folder = tmp_path / "schema"
    folder.mkdir()
    for number, text in schema_files().items():
        (folder / f"{number:04}_same.sql").write_text(text)
    note = "CREATE TABLE note (note_id INTEGER PRIMARY KEY) STRICT;"
    (folder / f"{LATER:04}_note.sql").write_text(note)
    return folder


def names(database: Database) -> list[str]:
    return [name for (name,) in database.execute(NAMES)]


def add_nowhere(database: Database) -> None:
    with database.transaction():
        database.execute("INSERT INTO nowhere VALUES (1)")


def test_many_that_make_a_new_ledger_at_once_all_get_it(tmp_path: Path) -> None:
    meeting = threading.Barrier(8, timeout=30)

    def open_each(_: int) -> None:
        for number in range(30):  # without waiting its turn, one of ten fails
            meeting.wait()
            with open_store(tmp_path / f"{number}.sqlite") as opened:
                assert names(opened) == []

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(open_each, range(8)))


def test_a_transaction_within_another_ends_with_it(database: Database, path: Path) -> None:
    with database.transaction():
        with database.transaction():
            database.execute(ADD, ("a", "..."))
        with open_store_to_read(path) as reader:
            assert names(reader) == []

    assert names(database) == ["a"]


def test_an_error_undoes_the_outer_transaction_whole(database: Database) -> None:
    def add_two() -> None:
        with database.transaction():
            database.execute(ADD, ("a", "..."))
            add_nowhere(database)

    with pytest.raises(LedgerError):
        add_two()

    assert names(database) == []


def test_after_an_error_the_next_transaction_is_one_of_its_own(database: Database) -> None:
    with pytest.raises(LedgerError):
        add_nowhere(database)

    with database.transaction():
        database.execute(ADD, ("a", "..."))

    assert names(database) == ["a"]


def test_another_writer_makes_the_ledger_busy(database: Database, path: Path) -> None:
    database.execute("PRAGMA busy_timeout = 1")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(LedgerBusy, match="in use by another program"), database.transaction():
            pass


def test_a_statement_for_many_rows_tells_how_many_it_changed(database: Database) -> None:
    rows = [("a", "1"), ("b", "2"), ("a", "3")]

    assert database.execute_many(ADD, rows) == 2
    assert database.execute_many(ADD, rows) == 0


def test_an_answer_can_be_read_in_parts_and_ends_with_none(database: Database) -> None:
    database.execute_many(ADD, [("a", ""), ("b", ""), ("c", "")])

    answer = database.execute(NAMES)

    assert answer.fetchone() == ("a",)
    assert answer.fetchall() == [("b",), ("c",)]
    assert answer.fetchone() is None


def test_an_insert_returns_what_the_store_has_given(database: Database) -> None:
    with database.transaction():
        answer = database.execute(
            "INSERT INTO intake (file, started_at) VALUES (?, ?) RETURNING intake_id", ("f", 0.0)
        )

    assert answer.fetchone() == (1,)


def test_a_stream_is_read_while_something_else_is_stored(database: Database) -> None:
    database.execute_many(ADD, [("a", ""), ("b", "")])

    rows = database.stream(NAMES)
    first = next(rows)
    with database.transaction():
        database.execute("UPDATE webhook SET used = ? WHERE webhook_id = ?", (1, "b"))

    assert [first, *rows] == [("a",), ("b",)]


def test_a_stream_that_meets_a_damaged_file_says_so(path: Path) -> None:
    with open_store(path) as database:
        database.execute_many(ADD, [(f"{n:05}", "x" * 400) for n in range(500)])
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2 // 4096 * 4096)
        file.write(b"\xff" * 4096 * 10)

    with open_store_to_read(path) as database:
        assert not database.is_sound()
        with pytest.raises(LedgerDamaged, match="restore a copy"):
            list(database.stream("SELECT label FROM webhook"))


def test_a_ledger_is_taken_forward_by_the_files_it_lacks(path: Path, later_schema: Path) -> None:
    with open_store(path) as database:
        database.execute(ADD, ("a", "..."))

    with open_store(path, schema=later_schema) as database:
        assert names(database) == ["a"]
        assert database.execute("PRAGMA user_version").fetchone() == (LATER,)
        assert database.execute("SELECT count(*) FROM note").fetchone() == (0,)


def test_a_file_that_fails_leaves_the_ledger_as_it_was(path: Path, later_schema: Path) -> None:
    with open_store(path):
        pass
    with (later_schema / f"{LATER:04}_note.sql").open("a") as file:
        file.write("\nCREATE TABLE lead (lead_id TEXT) STRICT;\n")

    with pytest.raises(LedgerError), open_store(path, schema=later_schema):
        pass

    with open_store(path) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (LATER - 1,)
        with pytest.raises(LedgerError, match="no such table: note"):
            database.execute("SELECT 1 FROM note")


def test_reading_never_takes_a_ledger_forward(path: Path, later_schema: Path) -> None:
    with open_store(path):
        pass
    before = path.read_bytes()

    with (
        pytest.raises(LedgerMismatch, match="`leadflow send` takes it forward"),
        open_store_to_read(path, schema=later_schema),
    ):
        pass

    assert path.read_bytes() == before


def test_a_ledger_of_a_later_version_is_refused(path: Path, later_schema: Path) -> None:
    with open_store(path, schema=later_schema):
        pass

    with pytest.raises(LedgerMismatch, match="upgrade leadflow"), open_store(path):
        pass


def test_each_role_has_a_lock_of_its_own(path: Path) -> None:
    with hold(path), hold(path, role="serve"):
        with pytest.raises(LedgerBusy, match="another `leadflow serve` is using"):
            hold(path, role="serve").__enter__()
        with pytest.raises(LedgerBusy, match="another run is using"):
            hold(path).__enter__()
        assert is_held(path)
        assert is_held(path, role="serve")
        assert not is_held(path, role="work")

    assert not is_held(path, role="serve")
    assert path.with_name("ledger.sqlite-serve-lock").exists()


def test_a_second_opening_in_one_process_keeps_the_locks_of_the_first(tmp_path: Path) -> None:
    """Else another process would end the write-ahead log under the first one's feet."""
    path = tmp_path / "ledger.sqlite"
    look = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('ANALYZE'); c.close()"

    with open_store(path) as first:
        first.execute("UPDATE pace SET last_start = 1")
        with open_store(path):
            pass
        subprocess.run([sys.executable, "-c", look, str(path)], check=True)
        first.execute("UPDATE pace SET last_start = 2")

        assert path.with_name("ledger.sqlite-wal").exists()
    with open_store_to_read(path) as reader:
        assert reader.execute("SELECT last_start FROM pace").fetchone() == (2,)


def test_the_write_ahead_log_shrinks_again_after_a_long_reader(path: Path) -> None:
    fill = "UPDATE webhook SET label = hex(randomblob(6000000))"
    log = path.with_name("ledger.sqlite-wal")
    with open_store(path) as database:
        database.execute(ADD, ("a", ""))
        reader = sqlite3.connect(path, isolation_level=None)
        reader.execute("BEGIN")
        reader.execute(NAMES).fetchall()
        for _ in range(7):
            database.execute(fill)
        grown = log.stat().st_size
        reader.close()
        for _ in range(2):
            database.execute(fill)

        assert log.stat().st_size <= 64 * 1024**2 < grown
