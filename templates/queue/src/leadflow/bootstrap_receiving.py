"""What comes back from Clay: read it as the diagram of what is connected.

Clay ──> webhook ── receive_callback ── CommittedInbox ──┐
                                                         v
                                            GroupCommit ── Database ── leadflow.sqlite or PostgreSQL
                                                         ^
CRM, outreach ... <── sinks ── worker ── CommittedDeliveries
                                  └ routes.yaml, destinations.yaml, do-not-contact.txt
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial

from leadflow.adapters.committed import CommittedDeliveries, CommittedInbox, CommittedRetention
from leadflow.adapters.destinations_file import load_destinations as read_destinations
from leadflow.adapters.do_not_contact import DoNotContactFile, load_do_not_contact
from leadflow.adapters.group_commit import GroupCommit, group_commit
from leadflow.adapters.json_log import JsonLog
from leadflow.adapters.metrics import Metrics
from leadflow.adapters.routes_file import load_routing as read_routing
from leadflow.bootstrap_store import hold, is_shared, open_store
from leadflow.domain.destination import DestinationSpec
from leadflow.domain.errors import SettingsError
from leadflow.domain.pacing import LONGEST_PAUSE_SECONDS
from leadflow.domain.planned import Plan
from leadflow.domain.retry import RetryPolicy
from leadflow.domain.routing import Routing
from leadflow.domain.token import TokenRing
from leadflow.settings import Settings
from leadflow.use_cases.deliver import Destination
from leadflow.use_cases.plan_deliveries import planner
from leadflow.use_cases.receive_callback import CallbackRules

__all__ = [
    "JsonLog",
    "Metrics",
    "Receiving",
    "callback_rules",
    "delivery_policy",
    "hold_roles",
    "is_shared",
    "load_destinations",
    "load_routing",
    "open_destinations",
    "open_receiving",
    "plan_from",
    "purge_old",
]

MAX_BODY_BYTES = 128 * 1024  # what one enriched row may be, with room to spare
MAX_AHEAD_SECONDS = 300  # how far this machine's clock may be behind the sender's
RETRY_AFTER_SECONDS = 5  # what Clay is told when a callback could not be stored
NOBODY_TRUSTED = (
    "CLAY_CALLBACK_SECRETS is not set, so nobody could be told from a stranger; "
    "`leadflow secrets` makes one"
)
NO_KEYS = "CLAY_TOKEN_KEYS is not set, so no callback could be proven; `leadflow secrets` makes one"


@dataclass(frozen=True, slots=True)
class Receiving:
    """The one writer of this process, and what it writes for."""

    writer: GroupCommit
    inbox: CommittedInbox
    deliveries: CommittedDeliveries
    retention: CommittedRetention

    async def probe(self) -> None:
        """Commit something, or raise LedgerError."""
        await self.writer.run(lambda database: database.execute(PROBE).rowcount)


PROBE = "UPDATE pace SET last_start = last_start"


def callback_rules(settings: Settings) -> CallbackRules:
    """Say whom to believe; raise SettingsError when that is nobody."""
    missing = [
        problem
        for problem, value in (
            (NOBODY_TRUSTED, settings.callback_secrets),
            (NO_KEYS, settings.token_keys),
        )
        if not value
    ]
    if missing:
        raise SettingsError(missing)
    return CallbackRules(
        secrets=settings.callback_secrets,
        ring=TokenRing(settings.token_audience, settings.token_keys),
        max_body_bytes=MAX_BODY_BYTES,
        max_age_seconds=settings.token_max_age_seconds,
        max_ahead_seconds=MAX_AHEAD_SECONDS,
        retry_after_seconds=RETRY_AFTER_SECONDS,
    )


def delivery_policy(settings: Settings) -> RetryPolicy:
    """How often and how patiently a delivery is tried."""
    return RetryPolicy(
        base_seconds=settings.retry_base_seconds,
        cap_seconds=settings.delivery_cap_seconds,
        max_retry_after_seconds=LONGEST_PAUSE_SECONDS,
        max_attempts=int(settings.delivery_attempts),
    )


def load_destinations(settings: Settings) -> dict[str, DestinationSpec]:
    """Read destinations.yaml; the secrets it names come from .env or the environment."""
    return read_destinations(settings.destinations, settings.variables)


def load_routing(settings: Settings) -> Routing:
    """Read routes.yaml, which may name what destinations.yaml describes."""
    return read_routing(settings.routes, destinations=load_destinations(settings).keys())


def plan_from(settings: Settings) -> Plan:
    """Make the plan of every event: the routes, and who is not to be contacted."""
    enrolments = {name for name, spec in load_destinations(settings).items() if spec.is_enrolment}
    return planner(
        load_routing(settings),
        enrolments=enrolments,
        do_not_contact=load_do_not_contact(settings.do_not_contact),
    )


async def purge_old(
    settings: Settings, receiving: Receiving, *, now: float, goes_on: Callable[[], bool]
) -> dict[str, int]:
    """Forget what is older than the settings let it be kept; tell how many rows of what."""
    return await receiving.retention.purge_old(
        now=now, inbox_days=settings.inbox_days, dead_days=settings.dead_days, goes_on=goes_on
    )


@asynccontextmanager
async def open_receiving(settings: Settings) -> AsyncIterator[Receiving]:
    """Start the writer; on the way out what it was given is written."""
    async with group_commit(partial(open_store, settings.database)) as writer:
        yield Receiving(
            writer, CommittedInbox(writer), CommittedDeliveries(writer), CommittedRetention(writer)
        )


def open_destinations(
    settings: Settings, receiving: Receiving
) -> AbstractAsyncContextManager[list[Destination]]:
    """Connect every destination that destinations.yaml describes."""
    # Imported here because a server without a worker needs no HTTP client, which is slow to load.
    from leadflow.adapters.sinks.opening import open_destinations as connect  # noqa: PLC0415

    return connect(
        load_destinations(settings).values(),
        writer=receiving.writer,
        do_not_contact=DoNotContactFile(settings.do_not_contact),
    )


@contextmanager
def hold_roles(settings: Settings, *roles: str) -> Iterator[None]:
    """Keep a second process of these roles away, where the store is for one process only."""
    with ExitStack() as stack:
        if not is_shared(settings.database):
            for role in roles:
                stack.enter_context(hold(settings.database, role=role))
        yield
