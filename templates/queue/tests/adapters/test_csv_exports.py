"""The csv transport under kills and full disks: no lead is lost, none is in two exports."""

from __future__ import annotations

import asyncio
import csv
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from harness.workspace import lead_rows
from leadflow.adapters.csv_writer import CsvExport, write_export
from leadflow.bootstrap import Project, open_project
from leadflow.domain.lead import LeadRules, parse_lead
from leadflow.domain.spreadsheet import ExportRules
from leadflow.use_cases.export_leads import export_leads, write_again

RULES = LeadRules(frozenset(), 100_000, rejects_personal_mail=True, requires_names=True)
COLUMNS = ["lead_id", "email", "first_name", "last_name", "domain"]
open_export = partial(
    write_export, columns=COLUMNS, rules=ExportRules(frozenset(), frozenset(), True)
)


class Killed(BaseException):
    """Stands for a kill -9: nothing after it runs."""


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    database = f"sqlite:///{tmp_path / 'ledger.sqlite'}"
    with open_project(database, for_writing=True) as project:
        with project.intake("leads.csv", now=time.time()) as intake:
            leads = [(n, parse_lead(row, RULES)) for n, row in enumerate(lead_rows(5), 2)]
            asyncio.run(intake.add(leads))
        yield project


def export(project: Project, paths: list[Path], opener: object = open_export) -> None:
    asyncio.run(
        export_leads(
            paths,
            rows_per_file=2,
            count=5,
            open_export=opener,  # type: ignore[arg-type]
            ledger=project.export,
            now=time.time,
        )
    )


def again(project: Project) -> list[Path]:
    (half,) = project.export.half_written()
    return asyncio.run(
        write_again(half, open_export=open_export, ledger=project.export, now=time.time)
    )


def emails(paths: list[Path]) -> list[str]:
    return [row["email"] for path in paths for row in csv.DictReader(path.read_text().split())]


@pytest.fixture
def paths(tmp_path: Path) -> list[Path]:
    return [tmp_path / f"clay-{n}.csv" for n in (1, 2, 3)]


def test_a_failing_file_leaves_no_file_and_all_leads_waiting(
    project: Project, paths: list[Path], tmp_path: Path
) -> None:
    @contextmanager
    def full(path: Path) -> Iterator[CsvExport]:
        if path == paths[1]:
            raise OSError(28, "No space left on device")
        with open_export(path) as file:
            yield file

    with pytest.raises(OSError, match="No space"):
        export(project, paths, full)

    assert list(tmp_path.glob("clay*")) == []
    assert project.account.account().waiting == 5


def test_killed_between_two_names_the_export_is_finished_by_the_next_run(
    project: Project, paths: list[Path]
) -> None:
    names: list[Path] = []

    @contextmanager
    def killed_at_the_second_name(path: Path) -> Iterator[CsvExport]:
        with open_export(path) as file:
            yield file
            names.append(path)
            if len(names) == 2:
                raise Killed

    with pytest.raises(Killed):
        export(project, paths, killed_at_the_second_name)
    assert sum(path.exists() for path in paths) == 1
    assert project.account.account().sent == 5

    written = again(project)

    assert len(written) == 2
    assert emails(paths) == [row["email"] for row in lead_rows(5)]
    assert project.export.half_written() == []


def test_a_lost_file_is_written_again_as_it_was(project: Project, paths: list[Path]) -> None:
    export(project, paths)
    before = paths[1].read_bytes()
    paths[1].unlink()

    (found,) = project.export.holding(paths[1])
    written = asyncio.run(
        write_again(found, open_export=open_export, ledger=project.export, now=time.time)
    )

    assert written == [paths[1]]
    assert paths[1].read_bytes() == before
    assert project.account.account().sent == 5
