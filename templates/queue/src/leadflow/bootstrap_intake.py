"""What brings leads into the queue: read it as the diagram of what is connected.

web form ──> FormDesk ────┐
CRM ───────> EventDesk ───┼── take_in ── CommittedReception ──┐
                          │                                   v
leads.csv ── CsvFile ─────┴── accept_leads ── SqlQueuedIntake ── Database: lead, outbox
                                                              │
queue <── relay <── CommittedOutbox <─────────────────────────┘
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from leadflow.adapters.committed_reception import CommittedOutbox, CommittedReception
from leadflow.adapters.crm_events_file import load_crm_mappings
from leadflow.adapters.csv_digest import read_through
from leadflow.adapters.database import Database
from leadflow.adapters.intake_metrics import IntakeMetrics
from leadflow.adapters.intake_rehearsal import IntakeRehearsal, rehearse_intake
from leadflow.adapters.sql_account import SqlAccount
from leadflow.adapters.sql_outbox import SqlOutbox
from leadflow.adapters.sql_queued_intake import SqlQueuedIntake, sql_queued_intake
from leadflow.adapters.sql_still_tried import QueuedAccount
from leadflow.bootstrap_store import hold, open_store, open_store_to_read
from leadflow.domain.columns import ColumnRules
from leadflow.domain.crm_event import Crm, CrmMapping
from leadflow.domain.errors import SettingsError
from leadflow.domain.ledger import State
from leadflow.settings import Settings

__all__ = [
    "CommittedOutbox",
    "CommittedReception",
    "Enqueuing",
    "IntakeMetrics",
    "SqlQueuedIntake",
    "crm_mappings",
    "honeypot_of",
    "open_enqueuing",
    "read_through",
]

ROLE = "enqueue"  # of whoever takes a file in: two would not know whose a half-read one is
VISIBLE = "INTAKE_HONEYPOT: {name} is a field of a lead, which people fill in; choose another name"
NO_URL = "CRM_EVENTS_URL is not set, and HubSpot signs it; write down the URL that HubSpot calls"


@dataclass(frozen=True, slots=True)
class Enqueuing:
    """The ledger, opened to put leads into the queue."""

    database: Database
    url: str

    @contextmanager
    def intake(self, file: str, *, digest: str, now: float) -> Iterator[SqlQueuedIntake]:
        """Take a file in, or the rest of it; LedgerBusy while another file is taken in."""
        with (
            hold(self.url, role=ROLE),
            sql_queued_intake(self.database, file=file, digest=digest, now=now) as intake,
        ):
            yield intake

    def rehearsal(self) -> AbstractContextManager[IntakeRehearsal]:
        """Count what an intake would take."""
        return rehearse_intake(self.database)

    def ask_again(self, states: Sequence[State], *, now: float) -> int:
        """Put every lead in these states into the queue once more."""
        return SqlOutbox(self.database).ask_again(states, now=now)

    @property
    def outbox(self) -> SqlOutbox:
        return SqlOutbox(self.database)

    @property
    def account(self) -> SqlAccount:
        return QueuedAccount(self.database)


@contextmanager
def open_enqueuing(database: str, *, for_writing: bool) -> Iterator[Enqueuing]:
    """Open the ledger beside whatever else is at work on it."""
    opened = open_store(database) if for_writing else open_store_to_read(database)
    with opened as store:
        yield Enqueuing(store, database)


def crm_mappings(settings: Settings, columns: ColumnRules) -> dict[Crm, CrmMapping]:
    """Read crm_events.yaml, if a CRM may send events at all."""
    if settings.hubspot_secrets and not settings.crm_events_url:
        raise SettingsError([NO_URL])
    if not settings.hubspot_secrets and not settings.salesforce_secrets:
        return {}
    fields = {*columns.field_of.values(), *columns.extra}
    return load_crm_mappings(settings.crm_events, fields=fields)


def honeypot_of(settings: Settings, columns: ColumnRules) -> str:
    """Name the field that people do not see; one that they do see would refuse them all."""
    name = settings.intake_honeypot
    if name and columns.field(name.strip().lower().replace(" ", "_").replace("-", "_")):
        raise SettingsError([VISIBLE.format(name=name)])
    return name
