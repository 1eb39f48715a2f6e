"""The verbs that the command line and the library share: take in, send, write files, bring back."""

from __future__ import annotations

import math
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from leadflow.bootstrap import (
    Project,
    Road,
    Rules,
    export_paths,
    open_csv,
    open_report,
    write_export,
)
from leadflow.domain.columns import match_columns, match_export
from leadflow.domain.errors import SettingsError
from leadflow.domain.intake import IntakeCount
from leadflow.domain.ledger import State
from leadflow.domain.limits import life_warning, name_webhook
from leadflow.entrypoints.send_terms import Observer, SendRules
from leadflow.entrypoints.sending import Sender
from leadflow.settings import Settings
from leadflow.use_cases.accept_leads import Intake, accept_leads
from leadflow.use_cases.export_leads import export_leads
from leadflow.use_cases.import_export import ImportCount, import_export

__all__ = [
    "FileFormat",
    "TakenIn",
    "bring_back",
    "open_sender",
    "require_webhook",
    "take_in",
    "write_files",
]

NO_URL = (
    "CLAY_WEBHOOK_URL is not set; copy .env.example to .env and fill it in (docs/clay-setup.md), "
    "or write a file for Clay's importer with --transport csv"
)


@dataclass(frozen=True, slots=True)
class FileFormat:
    """How a CSV file is written, where it differs from the usual."""

    encoding: str | None = None
    delimiter: str = ","


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of a file, and where the lines that were not taken are reported."""

    count: IntakeCount
    unsent_columns: tuple[str, ...] = ()
    report: Path | None = None
    intake_id: int | None = None  # of what a rehearsal took there is none


async def take_in(
    path: Path,
    *,
    project: Project,
    is_rehearsal: bool,
    rules: Rules,
    results: Path,
    file_format: FileFormat,
) -> TakenIn:
    """Take a file into the ledger, whole or not at all; a rehearsal only counts."""
    with open_csv(path, encoding=file_format.encoding, delimiter=file_format.delimiter) as file:
        if not file.header:
            return TakenIn(IntakeCount())
        columns = match_columns(file.header, rules.columns)
        report_path = results / f"{path.stem}.rejected.csv"
        # The report is on the disk before the ledger commits: if it cannot be, nothing is taken.
        with (
            _intake(project, path.name, is_rehearsal=is_rehearsal) as intake,
            open_report(report_path) as report,
        ):
            count = await accept_leads(
                columns.pick_all(file), rules=rules.leads, intake=intake, report=report
            )
    report_made = report_path if report.lines else None
    intake_id = None if is_rehearsal else project.account.last_intake()
    return TakenIn(count, columns.unsent, report_made, intake_id)


def require_webhook(settings: Settings) -> None:
    """Complain before anything is done when there is nowhere to send to."""
    if not settings.webhook_urls:
        raise SettingsError([NO_URL])


@asynccontextmanager
async def open_sender(
    project: Project,
    settings: Settings,
    rules: Rules,
    *,
    observer: Observer,
    max_leads: int | None = None,
    origins: tuple[State, ...] = (State.WAITING,),
) -> AsyncIterator[Sender]:
    """Prepare a run through the webhooks of the settings."""
    require_webhook(settings)
    configured = [name_webhook(url) for url in settings.webhook_urls]
    road = Road(project, settings, observer.waits)
    webhooks = await road.ledger.webhooks(configured)
    for warning in filter(None, (life_warning(webhook, rules.limits) for webhook in webhooks)):
        observer.warns(warning)
    send_rules = SendRules(
        limits=rules.limits,
        retry=rules.retry,
        compose=rules.compose,
        interval_seconds=settings.interval_seconds,
        max_leads=max_leads,
        origins=origins,
    )
    async with road.open_clay() as clay:
        yield Sender(clay, road.ledger, project.pace, webhooks, send_rules, observer)


async def write_files(
    project: Project,
    rules: Rules,
    *,
    output: Path,
    plan: str,
    count: int,
    origins: tuple[State, ...],
) -> list[Path]:
    """Write the first `count` leads of these states into files that fit Clay's table."""
    rows_per_file = rules.limits.rows_for(plan)
    paths = export_paths(output, math.ceil(count / rows_per_file))
    fields = rules.columns.in_order(project.export.fields(origins))
    await export_leads(
        paths,
        rows_per_file=rows_per_file,
        count=count,
        open_export=partial(write_export, columns=["lead_id", *fields], rules=rules.exports),
        ledger=project.export,
        now=time.time,
        states=origins,
    )
    return paths


async def bring_back(
    path: Path, *, project: Project, results: Path, file_format: FileFormat
) -> tuple[ImportCount, Path | None]:
    """Import Clay's export, whole or not at all."""
    with open_csv(path, encoding=file_format.encoding, delimiter=file_format.delimiter) as file:
        if not file.header:
            return ImportCount(), None
        columns = match_export(file.header)
        report_path = results / f"{path.stem}.unmatched.csv"
        with (
            project.enrichments(now=time.time()) as enrichments,
            open_report(report_path) as report,
        ):
            count = await import_export(
                file, header=file.header, columns=columns, enrichments=enrichments, report=report
            )
    return count, report_path if report.lines else None


@contextmanager
def _intake(project: Project, file: str, *, is_rehearsal: bool) -> Iterator[Intake]:
    if is_rehearsal:
        with project.rehearsal() as rehearsal:
            yield rehearsal
        return
    with project.intake(file, now=time.time()) as intake:
        yield intake
