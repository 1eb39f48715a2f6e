"""What sends, and what people ask about: read it as the diagram of what is connected.

leads.csv ── CsvFile ──> accept_leads ──> SqlIntake ──┐
                                                      v
Clay <── PostAgain ── send_lead <── BudgetedLedger ── Database ── leadflow.sqlite or PostgreSQL
file.csv <── CsvExport ── export_leads <── SqlExport ─┤
export.csv ── CsvFile ──> import_export ──> SqlEnrichments

The way back is in bootstrap_receiving.py; beside these only bootstrap_rules.py and
bootstrap_store.py name adapters.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from leadflow.adapters.budgeted_ledger import BudgetedLedger
from leadflow.adapters.csv_files import open_csv
from leadflow.adapters.csv_writer import LineReportFile, export_paths, line_report, write_export
from leadflow.adapters.database import Database
from leadflow.adapters.intake_rehearsal import IntakeRehearsal, rehearse_intake
from leadflow.adapters.sql_account import SqlAccount
from leadflow.adapters.sql_budget import SqlBudget
from leadflow.adapters.sql_dead import SqlDead
from leadflow.adapters.sql_enrichments import SqlEnrichments, sql_enrichments
from leadflow.adapters.sql_export import SqlExport
from leadflow.adapters.sql_inbox import SqlInbox
from leadflow.adapters.sql_intake import SqlIntake, sql_intake, withdraw_intake
from leadflow.adapters.sql_journey import SqlJourney
from leadflow.adapters.sql_ledger import SqlLedger
from leadflow.adapters.sql_outcomes import SqlOutcomes
from leadflow.adapters.sql_pace import SqlPace
from leadflow.adapters.sql_quarantine import SqlQuarantine
from leadflow.adapters.sql_retention import SqlRetention
from leadflow.bootstrap_rules import Rules, load_clay_limits, retry_policy, rules_from
from leadflow.bootstrap_store import (
    has_ledger,
    hold,
    is_held,
    ledger_folder,
    name_ledger,
    open_store,
    open_store_to_read,
)
from leadflow.domain.credit_budget import Cost
from leadflow.domain.errors import LedgerBusy, SettingsError
from leadflow.domain.retry_quota import RetryQuota
from leadflow.settings import Settings
from leadflow.use_cases.post_again import PostAgain
from leadflow.use_cases.send_lead import Clay

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
    "open_beside",
    "open_csv",
    "open_project",
    "open_report",
    "rules_from",
    "write_export",
]

QUEUE_ROLE = "queue"  # of who sends from this ledger in the variant Queue
WORKED = "a worker of the Queue sends from this ledger: end `leadflow work` first"
NO_KEYS = (
    "CLAY_TOKEN_KEYS is not set; callbacks could not be told from forgeries: "
    "`leadflow secrets` makes a key, put it into .env"
)


@dataclass(frozen=True, slots=True)
class Project:
    """The ledger, opened, and every view of it."""

    database: Database
    ledger: SqlLedger
    pace: SqlPace
    export: SqlExport
    account: SqlAccount
    outcomes: SqlOutcomes
    inbox: SqlInbox
    quarantine: SqlQuarantine
    dead: SqlDead
    journey: SqlJourney
    budget: SqlBudget
    retention: SqlRetention

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


@dataclass(frozen=True)
class Road:
    """One run's way to Clay, and the ledger that is charged for it."""

    project: Project
    settings: Settings
    waits: Callable[[float, str], None]  # is told when the way itself makes a pause

    @cached_property
    def ledger(self) -> BudgetedLedger:
        settings = self.settings
        return BudgetedLedger(
            self.project.database,
            cost=Cost(settings.credits_per_lead, int(settings.actions_per_lead)),
            caps=settings.caps,
            webhook_life=load_clay_limits().webhook_life,
        )

    @asynccontextmanager
    async def open_clay(self) -> AsyncIterator[Clay]:
        # Imported here because a rehearsal and `status` need no HTTP client, which is slow to load.
        from leadflow.adapters.clay_webhook import open_clay  # noqa: PLC0415

        settings = self.settings
        if not settings.token_keys:
            raise SettingsError([NO_KEYS])
        async with open_clay(
            settings.webhook_urls,
            token=settings.webhook_token,
            timeout_seconds=settings.timeout_seconds,
        ) as clay:
            yield PostAgain(
                clay=clay,
                charges=self.ledger,
                pauses=self.project.pace,
                policy=retry_policy(settings, max_attempts=1 + int(settings.send_retries)),
                quota=RetryQuota(),
                interval_seconds=settings.interval_seconds,
                waits=self.waits,
            )


@contextmanager
def open_project(database: str, *, for_writing: bool) -> Iterator[Project]:
    """Open the ledger: to read it, leaving no trace, or held against every other run."""
    if not for_writing:
        with open_store_to_read(database) as opened:
            yield _project(opened)
        return
    with _alone(database), open_store(database) as opened:
        yield _project(opened)


@contextmanager
def open_beside(database: str) -> Iterator[Project]:
    """Open the ledger to write beside whatever else is at work, for short changes."""
    with open_store(database) as opened:
        yield _project(opened)


@contextmanager
def _alone(database: str) -> Iterator[None]:
    """Keep other runs away, and workers of the Queue: on the ladder their ledger is this one."""
    with hold(database), ExitStack() as stack:
        try:
            stack.enter_context(hold(database, role=QUEUE_ROLE))
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
        outcomes=SqlOutcomes(database),
        inbox=SqlInbox(database),
        quarantine=SqlQuarantine(database),
        dead=SqlDead(database),
        journey=SqlJourney(database),
        budget=SqlBudget(database),
        retention=SqlRetention(database),
    )
