"""Intake as a part of `leadflow serve`: from the settings to endpoints that a server can call."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from starlette.types import ASGIApp

from leadflow.bootstrap import Rules
from leadflow.bootstrap_intake import crm_mappings, honeypot_of
from leadflow.domain.address_limit import AddressLimit
from leadflow.domain.errors import LedgerError
from leadflow.domain.retry import RetryPolicy
from leadflow.entrypoints.intake import EVENTS_PATH, LEADS_PATH, IntakeEndpoint, IntakeWatch
from leadflow.entrypoints.intake_events import EventDesk, EventRules
from leadflow.entrypoints.intake_forms import FormDesk, FormRules
from leadflow.entrypoints.relay_loop import RelayTerms
from leadflow.settings import Settings
from leadflow.use_cases.take_in import ArrivedLead, Reception, Taken

__all__ = ["event_rules", "form_rules", "intake_endpoints", "relay_terms"]

MINUTE_SECONDS = 60.0
RELAY_CAP_SECONDS = 3.0  # a backlog resumes within 5 s of the queue's return


def form_rules(settings: Settings, rules: Rules) -> FormRules:
    """Say whose forms are taken; raise SettingsError when the honeypot would catch everybody."""
    return FormRules(
        leads=rules.leads,
        columns=rules.columns,
        secrets=settings.intake_secrets,
        is_open=settings.intake_is_open,
        honeypot=honeypot_of(settings, rules.columns),
        origins=settings.intake_origins,
        proxies=settings.trusted_proxies,
    )


def event_rules(settings: Settings, rules: Rules) -> EventRules:
    """Say which CRM is believed; raise CrmEventsError or SettingsError with what is wrong."""
    return EventRules(
        leads=rules.leads,
        mappings=crm_mappings(settings, rules.columns),
        url=settings.crm_events_url,
        hubspot_secrets=settings.hubspot_secrets,
        salesforce_secrets=settings.salesforce_secrets,
        salesforce_signature=settings.salesforce_signature,
        salesforce_timestamp=settings.salesforce_timestamp,
    )


def intake_endpoints(
    settings: Settings,
    rules: Rules,
    *,
    reception: Reception,
    watch: IntakeWatch,
    wake: asyncio.Event,
    failed: Callable[[], None] = lambda: None,
) -> dict[str, ASGIApp]:
    """Build the endpoint of each path; it answers every method.

    `wake` is set for every new lead, and `failed` hears of every one that could not be stored.
    """
    watched = _WatchedReception(reception, wake, failed)
    interval_seconds = MINUTE_SECONDS / settings.intake_per_minute
    limit = AddressLimit(interval_seconds, int(settings.intake_burst))
    forms = FormDesk(form_rules(settings, rules), watched, limit)
    events = EventDesk(event_rules(settings, rules), watched)
    return {
        LEADS_PATH: IntakeEndpoint(forms, watch=watch),
        EVENTS_PATH: IntakeEndpoint(events, watch=watch),
    }


def relay_terms(policy: RetryPolicy) -> RelayTerms:
    """Ask a queue that is away with the waits of this policy, but never longer than 3 s."""
    return RelayTerms(
        RetryPolicy(
            base_seconds=min(policy.base_seconds, RELAY_CAP_SECONDS),
            cap_seconds=min(policy.cap_seconds, RELAY_CAP_SECONDS),
            max_retry_after_seconds=policy.max_retry_after_seconds,
            max_attempts=policy.max_attempts,
        )
    )


class _WatchedReception:
    """The reception, which wakes the relay, and says when it cannot store."""

    def __init__(
        self, reception: Reception, wake: asyncio.Event, failed: Callable[[], None]
    ) -> None:
        self._reception, self._wake, self._failed = reception, wake, failed

    async def take(self, arrived: ArrivedLead) -> Taken:
        with self._watching():
            taken = await self._reception.take(arrived)
        if taken is Taken.NEW:
            self._wake.set()
        return taken

    async def quarantine(self, body: bytes, *, reason: str, now: float) -> None:
        with self._watching():
            await self._reception.quarantine(body, reason=reason, now=now)

    @contextmanager
    def _watching(self) -> Iterator[None]:
        try:
            yield
        except LedgerError:
            self._failed()
            raise
