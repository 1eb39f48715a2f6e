"""The only module that names concrete adapters: read it as the diagram of what is connected.

leads.csv ── CsvFile ──> accept_leads ──> SqlIntake ──┐
                                                      v
Clay <── ClayWebhook ── send_lead <── SqlLedger ── SqliteDatabase ── leadflow.sqlite
file.csv <── CsvExport ── export_leads <── SqlExport ─┤
export.csv ── CsvFile ──> import_export ──> SqlEnrichments
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from leadflow.adapters.csv_files import open_csv
from leadflow.adapters.csv_writer import LineReportFile, export_paths, line_report, write_export
from leadflow.adapters.data_files import load_clay_limits, load_lead_table
from leadflow.adapters.database import Database
from leadflow.adapters.intake_rehearsal import IntakeRehearsal, rehearse_intake
from leadflow.adapters.sql_account import SqlAccount
from leadflow.adapters.sql_enrichments import SqlEnrichments, sql_enrichments
from leadflow.adapters.sql_export import SqlExport
from leadflow.adapters.sql_intake import SqlIntake, sql_intake, withdraw_intake
from leadflow.adapters.sql_ledger import SqlLedger
from leadflow.adapters.sql_pace import SqlPace
from leadflow.adapters.sqlite_lock import hold
from leadflow.adapters.sqlite_lock import is_held as is_file_held
from leadflow.adapters.sqlite_store import open_store, open_store_to_read, sqlite_path
from leadflow.domain.columns import ColumnRules, normalise_header
from leadflow.domain.errors import LedgerBusy
from leadflow.domain.lead import LeadRules
from leadflow.domain.limits import ClayLimits
from leadflow.domain.pacing import LONGEST_PAUSE_SECONDS
from leadflow.domain.retry import RetryPolicy
from leadflow.domain.spreadsheet import ExportRules
from leadflow.settings import Settings
from leadflow.use_cases.send_lead import Clay, Compose, compose_row

__all__ = [
    "Project",
    "Road",
    "Rules",
    "export_paths",
    "has_ledger",
    "is_held",
    "ledger_folder",
    "load_clay_limits",
    "name_ledger",
    "open_csv",
    "open_project",
    "open_report",
    "rules_from",
    "write_export",
]

QUEUE_ROLE = "queue"  # of who sends from this ledger in the variant Queue
WORKED = "a worker of the Queue sends from this ledger: end `leadflow work` first"


@dataclass(frozen=True, slots=True)
class Rules:
    """What the data files and the settings decide, as the domain's values."""

    limits: ClayLimits
    columns: ColumnRules
    leads: LeadRules
    exports: ExportRules
    retry: RetryPolicy
    compose: Compose


@dataclass(frozen=True, slots=True)
class Project:
    """The ledger, opened, and every view of it."""

    database: Database
    ledger: SqlLedger
    pace: SqlPace
    export: SqlExport
    account: SqlAccount

    def intake(self, file: str, *, now: float) -> AbstractContextManager[SqlIntake]:
        """Take a file in whole, or not at all."""
        return sql_intake(self.database, file=file, now=now)

    def rehearsal(self) -> AbstractContextManager[IntakeRehearsal]:
        """Count what an intake would take."""
        return rehearse_intake(self.database)

    def withdraw(self, intake_id: int) -> None:
        """Undo an intake of which nothing was sent."""
        withdraw_intake(self.database, intake_id)

    def enrichments(self, *, now: float) -> AbstractContextManager[SqlEnrichments]:
        """Import a file whole, or not at all."""
        return sql_enrichments(self.database, now=now)


@dataclass(frozen=True, slots=True)
class Road:
    """One run's way to Clay, and the ledger that is charged for it."""

    project: Project
    settings: Settings
    waits: Callable[[float, str], None]  # is told when the way itself makes a pause

    @property
    def ledger(self) -> SqlLedger:
        return self.project.ledger

    @asynccontextmanager
    async def open_clay(self) -> AsyncIterator[Clay]:
        # Imported here because a rehearsal and `status` need no HTTP client, which is slow to load.
        from leadflow.adapters.clay_webhook import open_clay  # noqa: PLC0415

        async with open_clay(
            self.settings.webhook_urls,
            token=self.settings.webhook_token,
            timeout_seconds=self.settings.timeout_seconds,
        ) as clay:
            yield clay


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
        compose=compose_row,
    )


@contextmanager
def open_project(database: str, *, for_writing: bool) -> Iterator[Project]:
    """Open the ledger: to read it, leaving no trace, or held against every other run."""
    path = sqlite_path(database)
    if not for_writing:
        with open_store_to_read(path) as opened:
            yield _project(opened)
        return
    with _alone(path), open_store(path) as opened:
        yield _project(opened)


def is_held(database: str) -> bool:
    """Is a run going on just now? Looking disturbs none."""
    return is_file_held(sqlite_path(database))


def has_ledger(database: str) -> bool:
    """Has a run made the ledger already?"""
    return sqlite_path(database).exists()


def name_ledger(database: str) -> str:
    """Give the one name of a ledger, however its URL is spelt; it holds no password."""
    return str(sqlite_path(database).resolve())


def ledger_folder(database: str) -> Path:
    """Say which folder grows with the ledger."""
    return sqlite_path(database).absolute().parent


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Keep other runs away, and workers of the Queue: on the ladder their ledger is this one."""
    with hold(path), ExitStack() as stack:
        try:
            stack.enter_context(hold(path, role=QUEUE_ROLE))
        except LedgerBusy as busy:
            raise LedgerBusy(WORKED) from busy
        yield


@contextmanager
def open_report(path: Path) -> Iterator[LineReportFile]:
    """Leave a report behind only when it has lines."""
    with line_report(path) as report:
        yield report
    if not report.lines:
        path.unlink()


def _project(database: Database) -> Project:
    return Project(
        database=database,
        ledger=SqlLedger(database),
        pace=SqlPace(database),
        export=SqlExport(database),
        account=SqlAccount(database),
    )
