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
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from leadflow.adapters.data_files import load_clay_limits, load_lead_table
from leadflow.adapters.sqlite_account import SqliteAccount
from leadflow.adapters.sqlite_export import SqliteExport
from leadflow.adapters.sqlite_ledger import SqliteLedger
from leadflow.adapters.sqlite_store import hold, open_store
from leadflow.domain.columns import ColumnRules, normalise_header
from leadflow.domain.lead import LeadRules
from leadflow.domain.limits import ClayLimits
from leadflow.domain.retry import RetryPolicy
from leadflow.domain.spreadsheet import ExportRules
from leadflow.settings import Settings
from leadflow.use_cases.send_lead import Clay

__all__ = ["Project", "Rules", "connect_clay", "open_project", "rules_from"]


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
    export: SqliteExport
    account: SqliteAccount


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
            max_attempts=int(settings.retry_attempts),
        ),
    )


@contextmanager
def open_project(database: Path, *, for_writing: bool) -> Iterator[Project]:
    """Open the ledger; for writing, hold it against every other run."""
    with _held(database, for_writing=for_writing), open_store(database) as connection:
        yield Project(
            connection=connection,
            ledger=SqliteLedger(connection),
            export=SqliteExport(connection),
            account=SqliteAccount(connection),
        )


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


@contextmanager
def _held(database: Path, *, for_writing: bool) -> Iterator[None]:
    if not for_writing:
        yield
        return
    with hold(database):
        yield
