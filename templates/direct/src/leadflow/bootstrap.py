"""The only module that names concrete adapters: read it as the diagram of what is connected.

leads.csv ── CsvFile ──> accept_leads ──> SqliteIntake ──┐
                                                         v
Clay <── ClayWebhook ── send_lead <── SqliteLedger ── leadflow.sqlite
file.csv <── CsvExport ── export_leads <── SqliteExport ─┤
export.csv ── CsvFile ──> import_export ──> SqliteEnrichments
"""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from leadflow.adapters.csv_files import open_csv
from leadflow.adapters.csv_writer import LineReportFile, export_paths, line_report, write_export
from leadflow.adapters.data_files import load_clay_limits, load_lead_table
from leadflow.adapters.intake_rehearsal import IntakeRehearsal, rehearse_intake
from leadflow.adapters.sqlite_account import SqliteAccount
from leadflow.adapters.sqlite_enrichments import SqliteEnrichments, sqlite_enrichments
from leadflow.adapters.sqlite_export import SqliteExport
from leadflow.adapters.sqlite_intake import SqliteIntake, sqlite_intake, withdraw_intake
from leadflow.adapters.sqlite_ledger import SqliteLedger
from leadflow.adapters.sqlite_lock import hold, is_held
from leadflow.adapters.sqlite_pace import SqlitePace
from leadflow.adapters.sqlite_store import open_store, open_store_to_read
from leadflow.domain.columns import ColumnRules, normalise_header
from leadflow.domain.lead import LeadRules
from leadflow.domain.limits import ClayLimits
from leadflow.domain.pacing import LONGEST_PAUSE_SECONDS
from leadflow.domain.retry import RetryPolicy
from leadflow.domain.spreadsheet import ExportRules
from leadflow.settings import Settings
from leadflow.use_cases.send_lead import Clay

__all__ = [
    "Project",
    "Rules",
    "connect_clay",
    "export_paths",
    "is_held",
    "load_clay_limits",
    "open_csv",
    "open_project",
    "open_report",
    "rules_from",
    "write_export",
]


@dataclass(frozen=True, slots=True)
class Rules:
    """What the data files and the settings decide, as the domain's values."""

    limits: ClayLimits
    columns: ColumnRules
    leads: LeadRules
    exports: ExportRules
    retry: RetryPolicy


@dataclass(frozen=True, slots=True)
class Project:
    """The ledger, opened, and every view of it."""

    connection: sqlite3.Connection
    ledger: SqliteLedger
    pace: SqlitePace
    export: SqliteExport
    account: SqliteAccount

    def intake(self, file: str, *, now: float) -> AbstractContextManager[SqliteIntake]:
        """Take a file in whole, or not at all."""
        return sqlite_intake(self.connection, file=file, now=now)

    def rehearsal(self) -> AbstractContextManager[IntakeRehearsal]:
        """Count what an intake would take."""
        return rehearse_intake(self.connection)

    def withdraw(self, intake_id: int) -> None:
        """Undo an intake of which nothing was sent."""
        withdraw_intake(self.connection, intake_id)

    def enrichments(self, *, now: float) -> AbstractContextManager[SqliteEnrichments]:
        """Import a file whole, or not at all."""
        return sqlite_enrichments(self.connection, now=now)


def rules_from(settings: Settings) -> Rules:
    """Read the data files under the settings."""
    limits, table = load_clay_limits(), load_lead_table()
    field_of = {title: field for field, titles in table["fields"].items() for title in titles}
    return Rules(
        limits=limits,
        columns=ColumnRules(field_of, frozenset(map(normalise_header, settings.extra_columns))),
        leads=LeadRules(
            personal_mail=frozenset(table["personal_mail"]["providers"]),
            max_body_bytes=limits.body_bytes,
            rejects_personal_mail=settings.rejects_personal_mail,
            requires_names=settings.requires_names,
        ),
        exports=ExportRules(
            phone_columns=frozenset(table["export"]["phone_columns"]),
            number_columns=frozenset(table["export"]["number_columns"]),
            escapes_formulas=settings.escapes_formulas,
        ),
        retry=RetryPolicy(
            base_seconds=settings.retry_base_seconds,
            cap_seconds=settings.retry_cap_seconds,
            max_retry_after_seconds=LONGEST_PAUSE_SECONDS,
            max_attempts=int(settings.retry_attempts),
        ),
    )


@contextmanager
def open_project(database: Path, *, for_writing: bool) -> Iterator[Project]:
    """Open the ledger: to read it, leaving no trace, or held against every other run."""
    if not for_writing:
        with open_store_to_read(database) as connection:
            yield _project(connection)
        return
    with hold(database), open_store(database) as connection:
        yield _project(connection)


@contextmanager
def open_report(path: Path) -> Iterator[LineReportFile]:
    """Leave a report behind only when it has lines."""
    with line_report(path) as report:
        yield report
    if not report.lines:
        path.unlink()


@asynccontextmanager
async def connect_clay(settings: Settings) -> AsyncIterator[Clay]:
    """Open the way to Clay."""
    # Imported here because a rehearsal and `status` need no HTTP client, which is slow to load.
    from leadflow.adapters.clay_webhook import open_clay  # noqa: PLC0415

    async with open_clay(
        settings.webhook_urls,
        token=settings.webhook_token,
        timeout_seconds=settings.timeout_seconds,
    ) as clay:
        yield clay


def _project(connection: sqlite3.Connection) -> Project:
    return Project(
        connection=connection,
        ledger=SqliteLedger(connection),
        pace=SqlitePace(connection),
        export=SqliteExport(connection),
        account=SqliteAccount(connection),
    )
