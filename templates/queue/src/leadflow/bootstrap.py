"""What sends, and what people ask about: read it as the diagram of what is connected.

leads.csv ── CsvFile ──> accept_leads ──> SqlIntake ──┐
                                                      v
Clay <── PostAgain ── send_lead <── BudgetedLedger ── Database ── leadflow.sqlite or PostgreSQL
file.csv <── CsvExport ── export_leads <── SqlExport ─┤
export.csv ── CsvFile ──> import_export ──> SqlEnrichments

The way back is in bootstrap_receiving.py, the queue in bootstrap_queue.py and its neighbours.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

from leadflow.adapters.beside_workers import BesideWorkers
from leadflow.adapters.budgeted_ledger import BudgetedLedger
from leadflow.adapters.committed_witness import begin_gate
from leadflow.adapters.csv_files import open_csv
from leadflow.adapters.csv_writer import LineReportFile, export_paths, line_report, write_export
from leadflow.adapters.database import Database
from leadflow.adapters.intake_rehearsal import IntakeRehearsal, rehearse_intake
from leadflow.adapters.sql_account import SqlAccount
from leadflow.adapters.sql_budget import SqlBudget
from leadflow.adapters.sql_dead import DeadNote, SqlDead
from leadflow.adapters.sql_dead_jobs import SqlDeadJobs
from leadflow.adapters.sql_enrichments import SqlEnrichments, sql_enrichments
from leadflow.adapters.sql_export import SqlExport
from leadflow.adapters.sql_inbox import SqlInbox
from leadflow.adapters.sql_intake import SqlIntake, sql_intake
from leadflow.adapters.sql_journey import SqlJourney
from leadflow.adapters.sql_ledger import SqlLedger
from leadflow.adapters.sql_outcomes import SqlOutcomes
from leadflow.adapters.sql_pace import SqlPace
from leadflow.adapters.sql_quarantine import SqlQuarantine
from leadflow.adapters.sql_retention import SqlRetention
from leadflow.adapters.sql_still_tried import STILL_TRIED, QueuedAccount
from leadflow.adapters.sql_withdrawal import withdraw_unsourced
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
    "QUEUE_ROLE",
    "DeadNote",
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


QUEUE_ROLE = "queue"  # of whoever sends from this ledger
WORKED = "`leadflow work` sends from this ledger: put the leads into its queue (`leadflow enqueue`)"
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
    dead_jobs: SqlDeadJobs
    journey: SqlJourney
    budget: SqlBudget
    retention: SqlRetention
    is_worked: Callable[[], bool]  # does a worker of the queue send from it just now?

    def intake(self, file: str, *, now: float) -> AbstractContextManager[SqlIntake]:
        """Take a file in whole, or not at all; LedgerBusy where only the queue would be sent."""
        if self.is_worked():
            raise LedgerBusy(WORKED)
        return sql_intake(self.database, file=file, now=now)

    def rehearsal(self) -> AbstractContextManager[IntakeRehearsal]:
        """Count what an intake would take."""
        return rehearse_intake(self.database)

    def withdraw(self, intake_id: int) -> None:
        """Undo an intake of which nothing was sent."""
        withdraw_unsourced(self.database, intake_id)

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
        settings = self.settings
        if not settings.token_keys:
            raise SettingsError([NO_KEYS])
        with _alone(settings.database):
            begin_gate(self.project.database)
            async with self._clay() as clay:
                yield clay

    @asynccontextmanager
    async def _clay(self) -> AsyncIterator[Clay]:
        # Imported here because a rehearsal and `status` need no HTTP client, which is slow to load.
        from leadflow.adapters.clay_webhook import open_clay  # noqa: PLC0415

        settings = self.settings
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
            yield _project(opened, database)
        return
    with hold(database), open_store(database) as opened:
        yield _project(opened, database)


@contextmanager
def open_beside(database: str) -> Iterator[Project]:
    """Open the ledger to write beside whatever else is at work, for short changes."""
    with open_store(database) as opened:
        yield _project(opened, database)


@contextmanager
def open_report(path: Path) -> Iterator[LineReportFile]:
    """Leave a report behind only when it has lines."""
    with line_report(path) as report:
        yield report
    if not report.lines:
        path.unlink()


@contextmanager
def _alone(database: str) -> Iterator[None]:
    """Let no worker of the queue send beside a run: both would keep a pace of their own."""
    with ExitStack() as stack:
        try:
            stack.enter_context(hold(database, role=QUEUE_ROLE))
        except LedgerBusy as busy:
            raise LedgerBusy(WORKED) from busy
        yield


def _project(database: Database, url: str) -> Project:
    is_worked = partial(is_held, url, role=QUEUE_ROLE)
    return Project(
        database=database,
        ledger=BesideWorkers(database, is_worked=is_worked),
        pace=SqlPace(database),
        export=SqlExport(database),
        account=QueuedAccount(database),
        outcomes=SqlOutcomes(database),
        inbox=SqlInbox(database),
        quarantine=SqlQuarantine(database),
        dead=SqlDead(database),
        dead_jobs=SqlDeadJobs(database),
        journey=SqlJourney(database, tried_again=STILL_TRIED),
        budget=SqlBudget(database),
        retention=SqlRetention(database),
        is_worked=is_worked,
    )
