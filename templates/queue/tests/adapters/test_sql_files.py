"""Files into the ledger and out of it, and what Clay found out, on both stores."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from leadflow.adapters.database import Database
from leadflow.adapters.sql_account import SqlAccount
from leadflow.adapters.sql_enrichments import sql_enrichments
from leadflow.adapters.sql_export import SqlExport
from leadflow.adapters.sql_intake import sql_intake, withdraw_intake
from leadflow.domain.errors import LedgerError
from leadflow.domain.intake import IntakeCount, NumberedLead, Repeat
from leadflow.domain.lead import Lead
from leadflow.domain.ledger import State

NOW = 1_795_000_000.25


def numbered(*names: str, start: int = 2) -> list[NumberedLead]:
    return [(line, Lead(f"lead-{name}", {"name": name})) for line, name in enumerate(names, start)]


def take_in(database: Database, leads: Sequence[NumberedLead]) -> list[Repeat]:
    async def add() -> list[Repeat]:
        with sql_intake(database, file="leads.csv", now=NOW) as intake:
            repeats = await intake.add(leads)
            await intake.finish(IntakeCount(new=len(leads) - len(repeats)))
        return repeats

    return asyncio.run(add())


def export(database: Database, paths: Sequence[Path], *, count: int) -> int:
    return asyncio.run(
        SqlExport(database).record(
            paths, rows_per_file=2, count=count, states=[State.WAITING], now=NOW
        )
    )


def test_a_lead_that_is_there_already_is_named_with_its_line(database: Database) -> None:
    assert take_in(database, numbered("ada", "grace")) == []

    repeats = take_in(database, numbered("mary", "ada", "mary"))

    assert repeats == [Repeat(3, is_known=True), Repeat(4, first_line=2)]
    assert SqlAccount(database).account().waiting == 3


def test_an_intake_that_fails_leaves_nothing(database: Database) -> None:
    async def fail() -> None:
        with sql_intake(database, file="leads.csv", now=NOW) as intake:
            await intake.add(numbered("ada"))
            raise KeyError

    with suppress(KeyError):
        asyncio.run(fail())

    assert SqlAccount(database).account().accepted == 0
    assert SqlAccount(database).last_intake() is None


def test_an_intake_can_be_taken_back(database: Database) -> None:
    take_in(database, numbered("ada"))
    take_in(database, numbered("grace", "mary"))

    withdraw_intake(database, 2)

    assert SqlAccount(database).account().accepted == 1
    assert SqlAccount(database).last_intake() == 1


def test_a_file_of_many_leads_keeps_its_order(database: Database) -> None:
    names = [f"{n:04}" for n in range(2_000)]

    take_in(database, numbered(*reversed(names)))

    waiting = [lead.fields["name"] for lead in SqlExport(database).waiting()]
    assert waiting == names[::-1]


def test_an_export_marks_what_it_holds_until_its_files_are_written(
    database: Database, tmp_path: Path
) -> None:
    take_in(database, numbered("ada", "grace", "mary"))
    ledger = SqlExport(database)
    paths = [tmp_path / "1.csv", tmp_path / "2.csv"]

    export_id = export(database, paths, count=2)
    (half,) = ledger.half_written()
    asyncio.run(ledger.finish(export_id, now=NOW))

    assert (half.export_id, half.paths, half.rows_per_file) == (export_id, tuple(paths), 2)
    assert ledger.half_written() == []
    assert ledger.holding(paths[1]) == [half]
    assert ledger.holding(tmp_path / "3.csv") == []
    assert [lead.lead_id for lead in ledger.leads_of(half)] == ["lead-ada", "lead-grace"]
    assert [lead.lead_id for lead in ledger.waiting()] == ["lead-mary"]
    assert (ledger.fields(), ledger.fields_of(half)) == ({"name"}, {"name"})
    assert SqlAccount(database).account().sent == 2


def test_a_lead_whose_fields_are_damaged_is_named(database: Database) -> None:
    take_in(database, numbered("ada"))
    database.execute("UPDATE lead SET fields = ?", ("{",))

    with pytest.raises(LedgerError, match="lead-ada is damaged"):
        list(SqlExport(database).waiting())


def test_facts_are_new_then_unchanged_then_changed(database: Database) -> None:
    take_in(database, numbered("ada"))

    async def put_all() -> list[str]:
        with sql_enrichments(database, now=NOW) as enrichments:
            return [
                await enrichments.put("lead-ada", {"title": "CTO", "city": "Zürich"}),
                await enrichments.put("lead-ada", {"city": "Zürich", "title": "CTO"}),
                await enrichments.put("lead-ada", {"title": "CEO"}),
                await enrichments.put("lead-nobody", {"title": "CEO"}),
            ]

    assert asyncio.run(put_all()) == ["new", "unchanged", "changed", "unmatched"]


def test_an_import_that_fails_leaves_the_facts_as_they_were(database: Database) -> None:
    take_in(database, numbered("ada"))

    async def fail() -> None:
        with sql_enrichments(database, now=NOW) as enrichments:
            await enrichments.put("lead-ada", {"title": "CTO"})
            raise KeyError

    with suppress(KeyError):
        asyncio.run(fail())

    assert database.execute("SELECT count(*) FROM enrichment").fetchone() == (0,)
