"""A warehouse as destinations.yaml describes it, from the text to the rows."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from harness.deliveries import made_up
from harness.warehouses import sql
from leadflow.adapters.destinations_file import load_destinations
from leadflow.adapters.group_commit import group_commit
from leadflow.adapters.sinks.opening import open_destinations
from leadflow.adapters.sinks.warehouse import DUCKDB_FILE
from leadflow.bootstrap_store import open_store
from leadflow.domain.delivery import Outcome, OutcomeKind
from leadflow.domain.destinations_document import destinations_from
from leadflow.domain.errors import DestinationsError

COLUMNS = {"email": "work_email"}
TEXT = """
destinations:
  warehouse:
    kind: warehouse
    folder: "${{WAREHOUSE_FOLDER}}"
    credentials: "${{WAREHOUSE_URL:-{file}}}"
    dataset: sales
    table: leads
    concurrency: 8
    every_seconds: 0
    timeout_seconds: 25
    columns:
      email: work_email
      score: icp_score
"""


def problems(**entry: object) -> list[str]:
    document = {"destinations": {"dwh": {"kind": "warehouse", "columns": COLUMNS, **entry}}}
    with pytest.raises(DestinationsError) as refused:
        destinations_from(document, environ={})
    return [str(problem) for problem in refused.value.problems]


@contextmanager
def written(folder: Path) -> Iterator[Path]:
    path = folder / "destinations.yaml"
    path.write_text(TEXT.format(file=folder / "our-warehouse.duckdb"))
    yield path


def test_a_destination_of_the_file_fills_its_table_one_load_at_a_time(tmp_path: Path) -> None:
    with written(tmp_path) as path:
        specs = load_destinations(path, {"WAREHOUSE_FOLDER": str(tmp_path / "w")})

    async def run() -> tuple[int, int, list[Outcome]]:
        ledger = f"sqlite:///{tmp_path / 'leadflow.sqlite'}"
        async with (
            group_commit(partial(open_store, ledger)) as writer,
            open_destinations(specs.values(), writer=writer) as (warehouse,),
        ):
            outcomes = [*await warehouse.sink.deliver([made_up(1), made_up(2)])]
            return warehouse.concurrency, warehouse.sink.batch_size, outcomes

    concurrency, batch_size, outcomes = asyncio.run(run())

    (tmp_path / "our-warehouse.duckdb").rename(tmp_path / DUCKDB_FILE)
    assert outcomes == [Outcome(OutcomeKind.DELIVERED)] * 2
    assert (concurrency, batch_size) == (1, 500)
    assert sql(tmp_path, "SELECT email, score FROM sales.leads ORDER BY email") == [
        ("ada1@acme.com", 85),
        ("ada2@acme.com", 85),
    ]


def test_what_is_not_said_is_duckdb_in_the_project() -> None:
    document = {"destinations": {"dwh": {"kind": "warehouse", "columns": COLUMNS}}}

    spec = destinations_from(document, environ={})["dwh"]

    assert (spec.options["engine"], spec.options["folder"]) == ("duckdb", "results/warehouse")
    assert not spec.is_enrolment


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ({"columns": {}}, "columns: is empty; name what to send"),
        ({"columns": {"Work Email": "work_email"}}, "columns.Work Email: a column is small"),
        ({"columns": {"a__b": "x"}}, "columns.a__b: a column is small letters"),
        ({"columns": {"a" * 61: "x"}}, "a column is small letters"),
        ({"columns": {"lead_id": "x"}}, "columns.lead_id: is written by leadflow itself"),
        ({"columns": {"a": 7}}, "columns.a: names no field"),
        ({"table": "Leads"}, "dwh.table: must be small letters"),
        ({"dataset": "a" * 61}, "dwh.dataset: must be small letters"),
        ({"engine": "../x"}, "dwh.engine: must be small letters"),
        ({"credentials": {"key": ["x"]}}, "dwh.credentials.key: must be text, a number"),
        ({"credentials": 7}, "dwh.credentials: must be text"),
        ({"settings": "x"}, "dwh.settings: must be keys with values"),
        ({"batch_size": 0}, "dwh.batch_size: must be a number from 1 to 10000"),
        ({"every_seconds": 21}, "dwh.every_seconds: must be a number from 0 to 20"),
        ({"enrolment": True}, "dwh.enrolment: unknown key"),
        ({"credentials": "${DWH_URL}"}, "DWH_URL is not set; write DWH_URL=... into .env"),
    ],
    ids=lambda part: str(part)[:40],
)
def test_each_mistake_is_told_with_its_place(entry: dict[str, object], problem: str) -> None:
    found = problems(**entry)

    assert len(found) == 1
    assert problem in found[0]


def test_credentials_are_in_no_representation() -> None:
    entry = {"kind": "warehouse", "columns": COLUMNS, "credentials": {"password": "${PW}"}}

    spec = destinations_from({"destinations": {"dwh": entry}}, environ={"PW": "s3cret"})["dwh"]

    assert spec.options["credentials"] == {"password": "s3cret"}
    assert "s3cret" not in repr(spec)
