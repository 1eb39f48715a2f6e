"""The verbs that the command line and the library share: take in, send, write files, bring back."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from leadflow.adapters.csv_files import open_csv
from leadflow.adapters.csv_writer import LineReportFile, export_paths, line_report, write_export
from leadflow.adapters.intake_rehearsal import rehearse_intake
from leadflow.adapters.sqlite_enrichments import sqlite_enrichments
from leadflow.adapters.sqlite_intake import sqlite_intake
from leadflow.bootstrap import Project, Rules, connect_clay
from leadflow.domain.columns import match_columns, match_export
from leadflow.domain.errors import SettingsError
from leadflow.domain.intake import IntakeCount
from leadflow.domain.limits import life_warning, name_webhook
from leadflow.entrypoints.sending import Observer, Sender, SendRules, SendTally
from leadflow.settings import Settings
from leadflow.use_cases.accept_leads import Intake, accept_leads
from leadflow.use_cases.export_leads import export_leads
from leadflow.use_cases.import_export import ImportCount, import_export

__all__ = [
    "FileFormat",
    "TakenIn",
    "bring_back",
    "require_webhook",
    "send_waiting",
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


async def take_in(
    path: Path,
    *,
    project: Project | None,
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
            _report(report_path) as report,
        ):
            count = await accept_leads(
                columns.pick_all(file), rules=rules.leads, intake=intake, report=report
            )
    return TakenIn(count, columns.unsent, report_path if report.lines else None)


def require_webhook(settings: Settings) -> None:
    """Complain before anything is done when there is nowhere to send to."""
    if not settings.webhook_urls:
        raise SettingsError([NO_URL])


async def send_waiting(
    project: Project,
    settings: Settings,
    rules: Rules,
    *,
    observer: Observer,
    max_leads: int | None = None,
) -> SendTally:
    """Send what waits, through the webhooks of the settings."""
    require_webhook(settings)
    configured = [name_webhook(url) for url in settings.webhook_urls]
    webhooks = await project.ledger.webhooks(configured)
    for warning in filter(None, (life_warning(webhook, rules.limits) for webhook in webhooks)):
        observer.warns(warning)
    send_rules = SendRules(rules.limits, rules.retry, settings.interval_seconds, max_leads)
    async with connect_clay(settings) as clay:
        sender = Sender(clay, project.ledger, webhooks, send_rules, observer)
        return await sender.send_all()


async def write_files(
    project: Project, rules: Rules, *, output: Path, plan: str, count: int
) -> list[Path]:
    """Write the first `count` waiting leads into files that fit Clay's table."""
    rows_per_file = rules.limits.rows_for(plan)
    paths = export_paths(output, math.ceil(count / rows_per_file))
    fields = rules.columns.in_order(project.export.fields())
    await export_leads(
        paths,
        rows_per_file=rows_per_file,
        count=count,
        open_export=partial(write_export, columns=["lead_id", *fields], rules=rules.exports),
        ledger=project.export,
        now=time.time,
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
            sqlite_enrichments(project.connection, now=time.time()) as enrichments,
            _report(report_path) as report,
        ):
            count = await import_export(
                file, header=file.header, columns=columns, enrichments=enrichments, report=report
            )
    return count, report_path if report.lines else None


@contextmanager
def _intake(project: Project | None, file: str, *, is_rehearsal: bool) -> Iterator[Intake]:
    if is_rehearsal or project is None:
        with rehearse_intake(project.connection if project else None) as scratch:
            yield scratch
        return
    with sqlite_intake(project.connection, file=file, now=time.time()) as intake:
        yield intake


@contextmanager
def _report(path: Path) -> Iterator[LineReportFile]:
    """Leave a report behind only when it has lines."""
    with line_report(path) as report:
        yield report
    if not report.lines:
        path.unlink()
