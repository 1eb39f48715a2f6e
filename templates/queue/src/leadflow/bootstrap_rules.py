"""What the data files and the settings decide, as the domain's values."""

from __future__ import annotations

import time
from dataclasses import dataclass

from leadflow.adapters.data_files import load_clay_limits, load_lead_table
from leadflow.domain.columns import ColumnRules, normalise_header
from leadflow.domain.lead import LeadRules
from leadflow.domain.limits import ClayLimits
from leadflow.domain.pacing import LONGEST_PAUSE_SECONDS
from leadflow.domain.retry import RetryPolicy
from leadflow.domain.spreadsheet import ExportRules
from leadflow.domain.token import TokenRing
from leadflow.settings import Settings
from leadflow.use_cases.compose_row import carried_bytes, composer
from leadflow.use_cases.send_lead import Compose

__all__ = ["Rules", "load_clay_limits", "retry_policy", "rules_from"]


@dataclass(frozen=True, slots=True)
class Rules:
    """What the data files and the settings decide, as the domain's values."""

    limits: ClayLimits
    columns: ColumnRules
    leads: LeadRules
    exports: ExportRules
    retry: RetryPolicy
    compose: Compose


def rules_from(settings: Settings) -> Rules:
    """Read the data files under the settings."""
    limits, table = load_clay_limits(), load_lead_table()
    ring = TokenRing(settings.token_audience, settings.token_keys)
    field_of = {title: field for field, titles in table["fields"].items() for title in titles}
    return Rules(
        limits=limits,
        columns=ColumnRules(field_of, frozenset(map(normalise_header, settings.extra_columns))),
        leads=LeadRules(
            personal_mail=frozenset(table["personal_mail"]["providers"]),
            max_body_bytes=limits.body_bytes
            - carried_bytes(ring, settings.callback_url, now=time.time()),
            rejects_personal_mail=settings.rejects_personal_mail,
            requires_names=settings.requires_names,
        ),
        exports=ExportRules(
            phone_columns=frozenset(table["export"]["phone_columns"]),
            number_columns=frozenset(table["export"]["number_columns"]),
            escapes_formulas=settings.escapes_formulas,
        ),
        retry=retry_policy(settings, max_attempts=int(settings.retry_attempts)),
        compose=composer(ring, settings.callback_url),
    )


def retry_policy(settings: Settings, *, max_attempts: int) -> RetryPolicy:
    """How patiently Clay is asked again."""
    return RetryPolicy(
        base_seconds=settings.retry_base_seconds,
        cap_seconds=settings.retry_cap_seconds,
        max_retry_after_seconds=LONGEST_PAUSE_SECONDS,
        max_attempts=max_attempts,
    )
