"""A store copied into another: every row as it was, and at no moment two that are in use."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from harness.full_store import ROWS, Pair, fill, rows_of
from harness.postgres import PASSWORD
from harness.stores import Store
from harness.workspace import Workspace
from leadflow.adapters.schema_files import schema_files
from leadflow.adapters.store_side import StoreSide
from leadflow.adapters.store_tables import store_tables
from leadflow.bootstrap_copy import CopiedStore, copy_ledger, open_side
from leadflow.bootstrap_store import hold
from leadflow.domain.errors import LedgerBusy, LedgerMismatch, SettingsError
from leadflow.use_cases.copy_store import copy_store

Told = Callable[[str, int], None]
NOW = 1_795_000_000.25
CHANGE = "UPDATE pace SET last_start = 7"
STEPS = 2 * len(ROWS)  # each table is read from the source, and then from the copy


class Killed(BaseException):
    """The process ends here."""


def silent(_table: str, _rows: int) -> None:
    pass


def copy(
    pair: Pair, workspace: Workspace, *, keeps: bool = False, told: Told = silent
) -> CopiedStore:
    workspace.environ["DATABASE_URL"] = pair.source.url
    return copy_ledger(workspace.settings, pair.target.url, keeps=keeps, told=told)


def filled(pair: Pair) -> Pair:
    with pair.source.open() as database, database.transaction():
        fill(database)
    return pair


def is_open(store: Store) -> bool:
    """May a program use it?"""
    try:
        with store.open() as database:
            database.execute(CHANGE)
    except LedgerMismatch:
        return False
    return True


def killed_after(steps: int) -> Told:
    left = iter(range(steps))

    def told(_table: str, _rows: int) -> None:
        if next(left, None) is None:
            raise Killed

    return told


def test_the_rows_of_these_tests_are_in_every_table() -> None:
    assert list(ROWS) == [table.name for table in store_tables()]


def test_every_row_arrives_as_it_was(pair: Pair, workspace: Workspace) -> None:
    before = rows_of(filled(pair).source)

    copied = copy(pair, workspace)

    assert rows_of(pair.target) == before
    assert {one.table: one.rows for one in copied.totals} == {
        name: len(rows) for name, rows in ROWS.items()
    }
    assert copied.before == copied.after
    assert copied.before.account.accepted == 3


def test_new_rows_are_numbered_after_the_copied_ones(pair: Pair, workspace: Workspace) -> None:
    copy(filled(pair), workspace)

    with pair.target.open() as database:
        database.execute("DELETE FROM lead_source")
        intake = "INSERT INTO intake (file, started_at) VALUES ('b.csv', 1) RETURNING intake_id"
        lead = (
            "INSERT INTO lead (lead_id, fields, intake_id, line) VALUES ('lead-d', '{}', 1, 1)"
            " RETURNING seq"
        )
        assert database.execute(intake).fetchone() == (8,)
        assert database.execute(lead).fetchone() == (42,)


def test_an_empty_store_is_copied_and_counts_from_one(pair: Pair, workspace: Workspace) -> None:
    with pair.source.open():
        pass

    assert copy(pair, workspace).after.account.accepted == 0

    with pair.target.open() as database:
        intake = "INSERT INTO intake (file, started_at) VALUES ('b.csv', 1) RETURNING intake_id"
        assert database.execute(intake).fetchone() == (1,)


def test_the_old_store_says_where_its_rows_went(pair: Pair, workspace: Workspace) -> None:
    copy(filled(pair), workspace)

    for open_it in (pair.source.open, pair.source.open_to_read):
        with pytest.raises(LedgerMismatch, match=r"was copied to .*set DATABASE_URL") as told:
            open_it().__enter__()
        assert PASSWORD not in str(told.value)
    assert is_open(pair.target)


def test_whoever_had_the_old_store_open_cannot_change_it(pair: Pair, workspace: Workspace) -> None:
    with filled(pair).source.open() as early:
        copy(pair, workspace)
        before = rows_of(pair.source)

        for change in (CHANGE, "DELETE FROM inbox", "INSERT INTO budget VALUES ('2027', 1, 1)"):
            with pytest.raises(LedgerMismatch, match="was copied to"):
                early.execute(change)

    assert rows_of(pair.source) == before


@pytest.mark.parametrize("pair", ["sqlite-postgres", "postgres-sqlite"], indirect=True)
def test_nobody_changes_the_source_meanwhile(pair: Pair, workspace: Workspace) -> None:
    heard: list[str] = []

    def write_beside(table: str, _rows: int) -> None:
        if table == "lead" and not heard:
            heard.append("")
            try:
                early.execute(CHANGE)
            except LedgerBusy as busy:
                heard[0] = str(busy)

    with filled(pair).source.open() as early:
        copy(pair, workspace, told=write_beside)

    assert heard
    assert "run again" in heard[0]
    assert rows_of(pair.source) == rows_of(pair.target)


@pytest.mark.parametrize("role", ["run", "serve", "work", "queue"])
def test_a_store_that_somebody_works_on_is_not_copied(
    tmp_path: Path, workspace: Workspace, role: str
) -> None:
    pair = filled(Pair(*(Store("sqlite", f"sqlite:///{tmp_path / name}") for name in "ab")))

    with hold(pair.source.url, role=role), pytest.raises(LedgerBusy, match="end `leadflow send`"):
        copy(pair, workspace)

    assert not pair.target.path.exists()
    assert is_open(pair.source)


def test_a_kept_store_stays_open(pair: Pair, workspace: Workspace) -> None:
    copy(filled(pair), workspace, keeps=True)

    assert is_open(pair.source)
    assert is_open(pair.target)


def test_a_store_with_leads_is_no_target(pair: Pair, workspace: Workspace) -> None:
    with filled(pair).target.open() as database:
        database.execute("INSERT INTO webhook (webhook_id, label) VALUES ('x', 'x')")
    before = rows_of(pair.target)

    with pytest.raises(LedgerMismatch, match=r"holds leads already.*empty database"):
        copy(pair, workspace)

    assert rows_of(pair.target) == before
    assert is_open(pair.source)


@pytest.mark.parametrize("step", [0, 5, len(ROWS) - 1, len(ROWS), STEPS - 1])
def test_a_copy_that_is_cut_short_leaves_an_empty_target(
    pair: Pair, workspace: Workspace, step: int
) -> None:
    with suppress(Killed):
        copy(filled(pair), workspace, told=killed_after(step))

    assert rows_of(pair.target)["lead"] == []
    assert is_open(pair.source)
    copy(pair, workspace)
    assert rows_of(pair.target) == rows_of(pair.source)


class DiesSealing(StoreSide):
    """Its process ends when the copy has every row, and this store is not closed yet."""

    def seal(self, place: str) -> None:
        raise Killed(place)


class DiesOpening(StoreSide):
    """Its process ends when the old store is closed, and this one is not open yet."""

    def set_copy_of(self, name: str) -> None:
        if not name:
            raise Killed
        super().set_copy_of(name)


def half_copied(pair: Pair, *, source: type[StoreSide], target: type[StoreSide]) -> None:
    with ExitStack() as stack:
        sides = [
            stack.enter_context(open_side(store.url, now=NOW, timeout_seconds=60))
            for store in (filled(pair).source, pair.target)
        ]
        one, other = (
            kind(side.name, side.database, side.moving, side.tables, side.now, side.timeout_seconds)
            for kind, side in zip((source, target), sides, strict=True)
        )
        with pytest.raises(Killed):
            copy_store(one, other, keeps=False, told=silent)


def test_a_copy_before_the_old_store_is_closed_is_used_by_nobody_and_replaced(
    pair: Pair, workspace: Workspace
) -> None:
    half_copied(pair, source=DiesSealing, target=StoreSide)

    with pytest.raises(LedgerMismatch, match=r"no whole copy .*`leadflow store copy`"):
        pair.target.open_to_read().__enter__()
    assert not is_open(pair.target)
    assert is_open(pair.source)
    copy(pair, workspace)
    assert rows_of(pair.target) == rows_of(pair.source)
    assert rows_of(pair.target)["pace"] == [(1, 7.0, 0.0)]
    assert is_open(pair.target)


def test_a_copy_after_the_old_store_is_closed_is_finished(pair: Pair, workspace: Workspace) -> None:
    half_copied(pair, source=StoreSide, target=DiesOpening)
    assert not is_open(pair.source)
    assert not is_open(pair.target)

    copied = copy(pair, workspace)

    assert copied.before == copied.after
    assert rows_of(pair.target) == rows_of(pair.source)
    assert is_open(pair.target)
    assert not is_open(pair.source)


def test_a_finished_copy_is_not_made_again(pair: Pair, workspace: Workspace) -> None:
    copy(filled(pair), workspace)
    assert is_open(pair.target)
    before = rows_of(pair.target)

    with pytest.raises(LedgerMismatch, match=r"was copied to .* already"):
        copy(pair, workspace)

    assert rows_of(pair.target) == before


def test_an_unfinished_copy_of_another_store_is_left_alone(
    pair: Pair, workspace: Workspace
) -> None:
    with filled(pair).target.open() as database:
        database.execute("UPDATE store SET copy_of = '/elsewhere'")

    with pytest.raises(LedgerMismatch, match="copy of /elsewhere, not finished"):
        copy(pair, workspace)


def test_a_text_that_the_target_cannot_hold_is_named_by_its_key(
    workspace: Workspace, postgres_url: str
) -> None:
    source = Store("sqlite", f"sqlite:///{workspace.folder / 'a.db'}")
    pair = filled(Pair(source, Store("postgres", postgres_url)))
    with source.open() as database:
        database.execute("UPDATE lead SET reason = ? WHERE seq = 2", ("Ada\0Byron",))

    with pytest.raises(LedgerMismatch, match="NUL character in table lead, seq 2") as told:
        copy(pair, workspace)

    assert "Ada" not in str(told.value)
    assert rows_of(pair.target)["lead"] == []
    assert is_open(source)


@pytest.mark.parametrize("versions", [2, 9], ids=["older", "newer"])
def test_a_target_of_another_schema_is_left_as_it_is(
    pair: Pair, workspace: Workspace, tmp_path: Path, versions: int
) -> None:
    folder = tmp_path / "schema"
    folder.mkdir()
    texts = {n: f"CREATE TABLE later_{n} (n INTEGER);" for n in range(1, versions + 1)}
    for number, text in {**texts, 1: schema_files()[4]}.items():
        (folder / f"{number:04}_.sql").write_text(text)
    with filled(pair).target.open(schema=folder, for_copy=True):
        pass

    with pytest.raises(LedgerMismatch, match=rf"--to: .*schema {versions}.*empty database"):
        copy(pair, workspace)

    assert is_open(pair.source)


def test_a_store_is_not_copied_into_itself(pair: Pair, workspace: Workspace) -> None:
    with pytest.raises(SettingsError, match="names the store that DATABASE_URL names"):
        copy(Pair(pair.source, pair.source), workspace)


def test_a_store_that_is_not_there_is_not_copied(tmp_path: Path, workspace: Workspace) -> None:
    pair = Pair(*(Store("sqlite", f"sqlite:///{tmp_path / name}") for name in ("a", "b")))

    with pytest.raises(SettingsError, match=r"there is no ledger at .*check DATABASE_URL"):
        copy(pair, workspace)

    assert list(tmp_path.iterdir()) == []
