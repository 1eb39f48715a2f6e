"""The warehouse, in a real DuckDB file: one row a lead, the newest, whatever happens on the way."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from harness.deliveries import made_up
from harness.warehouses import COLUMNS, deliver_once, rows_in, sql, warehouse_in
from harness.workspace import ROOT
from leadflow.adapters.sinks.own_folder import own_folder
from leadflow.adapters.sinks.warehouse import DUCKDB_FILE, Row, Table, Warehouse
from leadflow.domain.delivery import Delivery, Outcome, OutcomeKind

DELIVERED = Outcome(OutcomeKind.DELIVERED)
HOLD = """
import duckdb, sys
connection = duckdb.connect({path!r})
print("held", flush=True)
sys.stdin.read()
"""
LEAD_1 = made_up(1).lead_id


def load(folder: Path, *batches: Sequence[Delivery], **options: object) -> list[Outcome]:
    warehouse = warehouse_in(folder, **options)  # type: ignore[arg-type]
    return asyncio.run(deliver_once(warehouse, *batches))


def newer(delivery: Delivery, event_id: int, **fields: object) -> Delivery:
    return replace(delivery, event_id=event_id, fields={**delivery.fields, **fields})


def test_the_mapped_fields_arrive_and_no_others(tmp_path: Path) -> None:
    outcomes = load(tmp_path, [made_up(1)])

    assert outcomes == [DELIVERED]
    assert rows_in(tmp_path) == [(LEAD_1, 1, "ada1@acme.com", 85)]
    columns = {row[0] for row in sql(tmp_path, "DESCRIBE leads.enrichment")}
    assert columns == {"lead_id", "event_id", "email", "score", "_dlt_id", "_dlt_load_id"}


def test_the_same_lead_twice_is_one_row_and_the_newest_wins(tmp_path: Path) -> None:
    first = made_up(1)

    load(tmp_path, [first], [first], [newer(first, 2, icp_score=90)], [first])

    assert rows_in(tmp_path) == [(LEAD_1, 2, "ada1@acme.com", 90)]


def test_of_two_events_of_a_lead_in_one_batch_the_newest_is_kept(tmp_path: Path) -> None:
    first = made_up(1)

    outcomes = load(tmp_path, [newer(first, 2, icp_score=90), first])

    assert outcomes == [DELIVERED, DELIVERED]
    assert rows_in(tmp_path) == [(LEAD_1, 2, "ada1@acme.com", 90)]


def test_another_process_with_an_empty_folder_goes_on_with_the_same_table(tmp_path: Path) -> None:
    load(tmp_path, [made_up(1), made_up(2)])
    load(tmp_path, [newer(made_up(1), 3, icp_score=10)])

    assert [row[3] for row in rows_in(tmp_path)] == [10, 85]


def test_a_kill_between_load_and_settle_costs_a_second_load_and_no_second_row(
    tmp_path: Path,
) -> None:
    killed = subprocess.run(
        [sys.executable, "-m", "harness.warehouse_program", str(tmp_path)],
        env={**os.environ, "PYTHONPATH": f"{ROOT}/src:{ROOT}/tests"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    left_behind = [path for path in tmp_path.glob("work-0/**/*") if path.is_file()]

    outcomes = load(tmp_path, [made_up(1)])

    assert (killed.returncode, killed.stdout.strip()) == (-9, "delivered")
    assert left_behind
    assert outcomes == [DELIVERED]
    assert rows_in(tmp_path) == [(LEAD_1, 1, "ada1@acme.com", 85)]
    assert not list(tmp_path.glob("work-*/"))  # nor did the dead one's work stay


def test_a_new_fact_becomes_a_column_of_its_own(tmp_path: Path) -> None:
    columns = {**COLUMNS, "industry": "industry"}

    load(tmp_path, [made_up(1)])
    load(tmp_path, [newer(made_up(2), 2, industry="Engines")], columns=columns)

    assert rows_in(tmp_path, "industry") == [(None,), ("Engines",)]


def test_a_value_of_another_type_goes_into_a_column_beside_it(tmp_path: Path) -> None:
    columns = {"size": "size"}
    sizes: list[object] = [250, "51-200", {"from": 51}, "300"]
    batch = [newer(made_up(number), number, size=size) for number, size in enumerate(sizes, 1)]

    outcomes = load(tmp_path, *([delivery] for delivery in batch), columns=columns)

    assert outcomes == [DELIVERED] * 4
    assert rows_in(tmp_path, "size, size__v_text, size__v_json") == [
        (250, None, None),
        (None, "51-200", None),
        (None, None, '{"from":51}'),
        (300, None, None),  # a text that is a number fits
    ]


def test_a_text_that_looks_like_a_date_stays_a_text(tmp_path: Path) -> None:
    load(tmp_path, [newer(made_up(1), 1, icp_score="2026-11-27T10:00:00Z")])

    assert rows_in(tmp_path, "score") == [("2026-11-27T10:00:00Z",)]


def test_a_list_stays_in_its_row(tmp_path: Path) -> None:
    load(tmp_path, [newer(made_up(1), 1, icp_score=[1, {"a": "b"}])])

    assert rows_in(tmp_path, "score") == [('[1,{"a":"b"}]',)]
    tables = sql(tmp_path, "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'leads'")
    assert [name for (name,) in tables if name.startswith("enrichment")] == ["enrichment"]


def test_a_thousand_rows_are_one_load(tmp_path: Path) -> None:
    batch = [made_up(number) for number in range(1, 1_001)]

    outcomes = load(tmp_path, batch)

    assert outcomes == [DELIVERED] * 1_000
    assert sql(tmp_path, "SELECT count(*), count(DISTINCT lead_id) FROM leads.enrichment") == [
        (1_000, 1_000)
    ]
    assert sql(tmp_path, "SELECT count(*) FROM leads._dlt_loads") == [(1,)]


def test_a_row_that_the_warehouse_refuses_is_refused_alone(tmp_path: Path) -> None:
    load(tmp_path, [made_up(1)])
    sql(tmp_path, "ALTER TABLE leads.enrichment ALTER score TYPE TINYINT")
    batch = [newer(made_up(number), number, icp_score=number) for number in range(100, 140)]

    outcomes = load(tmp_path, batch, timeout=600)  # some 25 loads, however busy the machine is

    kinds = [outcome.kind for outcome in outcomes]
    assert kinds == [OutcomeKind.DELIVERED] * 28 + [OutcomeKind.PERMANENT] * 12
    assert len(rows_in(tmp_path)) == 1 + 28
    assert "128" not in outcomes[28].reason


def test_while_another_process_has_the_file_the_batch_waits_and_spends_no_attempt(
    tmp_path: Path,
) -> None:
    load(tmp_path, [made_up(1)])
    path = tmp_path / DUCKDB_FILE
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            HOLD.format(path=str(path)),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdout
    holder.stdout.readline()

    (outcome,) = load(tmp_path, [made_up(2)])
    holder.communicate(timeout=10)
    (after,) = load(tmp_path, [made_up(2)])

    assert (outcome.kind, outcome.retry_after_seconds) == (OutcomeKind.HELD, 1.0)
    assert after == DELIVERED


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        pytest.param({"engine": "duckbd"}, "cannot be opened: UnknownDestinationModule", id="name"),
        pytest.param({"engine": "filesystem"}, "cannot merge", id="no merge"),
        pytest.param({"engine": "bigquery"}, "ConfigFieldMissing", id="no credentials"),
    ],
)
def test_a_wrong_setting_holds_the_rows_and_costs_no_attempt(
    tmp_path: Path, options: dict[str, object], reason: str
) -> None:
    outcomes = load(tmp_path, [made_up(1), made_up(2), made_up(3)], **options)

    assert {outcome.kind for outcome in outcomes} == {OutcomeKind.HELD}
    assert reason in outcomes[0].reason
    assert "ada1" not in outcomes[0].reason


def test_a_warehouse_that_cannot_be_reached_may_be_there_later(tmp_path: Path) -> None:
    (outcome,) = load(tmp_path, [made_up(1)], credentials="/nowhere/x.duckdb")

    assert outcome.kind is OutcomeKind.TRANSIENT
    assert outcome.reason.startswith("the warehouse: ")


def test_nothing_is_written_outside_the_folder_and_nobody_is_told(tmp_path: Path) -> None:
    home, folder = tmp_path / "home", tmp_path / "project"
    home.mkdir()
    code = (
        "import socket, sys\n"
        "def refuse(*_): print('network'); raise OSError('network')\n"
        "socket.socket.connect = socket.getaddrinfo = refuse\n"
        "import asyncio; from pathlib import Path\n"
        "from harness.warehouses import *; from harness.deliveries import made_up\n"
        f"asyncio.run(deliver_once(warehouse_in(Path({str(folder)!r})), [made_up(1)]))\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", code],
        env={
            "HOME": str(home),
            "XDG_DATA_HOME": str(home),
            "DLT_DATA_DIR": str(home),
            "DEV_MODE": "true",  # dlt's setting of that name would add the time to the dataset's
            "PYTHONPATH": f"{ROOT}/src:{ROOT}/tests",
        },
        cwd=home,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )

    assert "network" not in done.stdout + done.stderr
    assert list(home.iterdir()) == []
    assert {path.name for path in folder.iterdir()} == {DUCKDB_FILE, "work-0.lock"}
    assert folder.stat().st_mode & 0o077 == 0
    assert rows_in(folder, "email") == [("ada1@acme.com",)]


@pytest.mark.parametrize("module", ["leadflow.entrypoints.cli", "leadflow.adapters.sinks.opening"])
def test_dlt_is_not_loaded_before_the_first_row(module: str) -> None:
    code = f"import sys, {module}; print({{'dlt', 'duckdb'}} & set(sys.modules))"

    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.strip() == "set()"


def test_a_folder_is_one_processs_own_and_empty_whoever_had_it_before(tmp_path: Path) -> None:
    (tmp_path / "work-0" / "left").mkdir(parents=True)

    with own_folder(tmp_path) as first, own_folder(tmp_path) as second:
        found = [*first.iterdir(), *second.iterdir()]
        names = {first.name, second.name}

    assert found == []
    assert names == {"work-0", "work-1"}
    assert not first.exists()


class SlowTable:
    """Takes each batch when it is let."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.has_begun, self.may_go = threading.Event(), threading.Event()
        self.at_once, self.most_at_once = 0, 0

    def merge(self, rows: Sequence[Row]) -> Outcome:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        self.batches.append([str(row["lead_id"]) for row in rows])
        self.has_begun.set()
        self.may_go.wait(5)
        self.at_once -= 1
        return DELIVERED


def opening(table: Table) -> AbstractContextManager[Table]:
    @contextmanager
    def opened() -> Iterator[Table]:
        yield table

    return opened()


def slow_warehouse(table: SlowTable, *, timeout: float, every: float = 0) -> Warehouse:
    return Warehouse(
        lambda: opening(table),
        columns=COLUMNS,
        batch_size=10,
        every_seconds=every,
        timeout_seconds=timeout,
    )


def test_a_load_that_takes_too_long_ends_before_the_next_begins() -> None:
    table = SlowTable()

    async def run() -> list[Outcome]:
        warehouse = slow_warehouse(table, timeout=0.1)
        (late,) = await warehouse.deliver([made_up(1)])
        (left,) = await warehouse.deliver([made_up(2)])  # its turn never comes
        table.may_go.set()
        (after,) = await warehouse.deliver([made_up(3)])
        await warehouse.aclose()
        return [late, left, after]

    late, left, after = asyncio.run(run())

    assert {late.kind, left.kind} == {OutcomeKind.TRANSIENT}
    assert "longer than 0.1 s" in late.reason
    assert after == DELIVERED
    assert table.batches == [[made_up(1).lead_id], [made_up(3).lead_id]]
    assert table.most_at_once == 1


def test_between_two_loads_there_is_a_rest() -> None:
    table = SlowTable()
    table.may_go.set()
    rests: list[float] = []

    async def sleep(seconds: float) -> None:
        rests.append(seconds)

    async def run() -> None:
        warehouse = Warehouse(
            lambda: opening(table),
            columns=COLUMNS,
            batch_size=10,
            every_seconds=5,
            timeout_seconds=5,
            monotonic=lambda: 100.0,
            sleep=sleep,
        )
        await warehouse.deliver([made_up(1)])
        await warehouse.deliver([made_up(2)])
        await warehouse.aclose()

    asyncio.run(run())

    assert rests == [0.0, 5.0]


def test_the_loop_goes_on_while_a_load_blocks() -> None:
    table = SlowTable()

    async def run() -> float:
        warehouse = slow_warehouse(table, timeout=5)
        loading = asyncio.create_task(warehouse.deliver([made_up(1)]))
        await asyncio.to_thread(table.has_begun.wait, 5)
        started = time.monotonic()
        await asyncio.sleep(0.01)
        took = time.monotonic() - started
        table.may_go.set()
        await loading
        await warehouse.aclose()
        return took

    assert asyncio.run(run()) < 1
