"""Environment and .env -> one frozen Settings, read once; every problem is reported at once.

`.env.example` is generated from SETTINGS below: run `make env`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from leadflow.adapters.data_files import load_lead_table
from leadflow.domain.caller_address import Network
from leadflow.domain.columns import normalise_header
from leadflow.domain.credit_budget import Caps
from leadflow.domain.errors import SettingsError
from leadflow.domain.token import TokenKey
from leadflow.setting_values import ParseError, parse_dotenv, url_problem
from leadflow.settings_intake import INTAKE
from leadflow.settings_queue import QUEUE
from leadflow.settings_receiving import DESTINATION_VARIABLES, RECEIVING
from leadflow.settings_table import SENDING

__all__ = ["SETTINGS", "Settings", "env_example", "load_settings", "settings_from"]

SETTINGS = {**SENDING, **RECEIVING, **INTAKE, **QUEUE}


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the program was told. Secrets stay out of its repr."""

    plan: str
    transport: str
    credits_per_lead: float
    interval_seconds: float
    timeout_seconds: float
    retry_base_seconds: float
    retry_cap_seconds: float
    retry_attempts: float
    rejects_personal_mail: bool
    requires_names: bool
    extra_columns: tuple[str, ...]
    escapes_formulas: bool
    results: Path
    allowed_hosts: tuple[str, ...]
    database: str = field(repr=False)  # a URL, which may hold a password
    webhook_urls: tuple[str, ...] = field(repr=False)
    webhook_token: str = field(repr=False)
    actions_per_lead: float
    daily_credit_cap: float | None
    monthly_credit_cap: float | None
    daily_action_cap: float | None
    monthly_action_cap: float | None
    send_retries: float
    token_audience: str
    token_max_age_seconds: float
    callback_url: str
    callback_timeout_seconds: float
    routes: Path
    destinations: Path
    do_not_contact: Path
    delivery_attempts: float
    delivery_cap_seconds: float
    inbox_days: float
    dead_days: float
    callback_secrets: tuple[str, ...] = field(repr=False)
    token_keys: tuple[TokenKey, ...] = field(repr=False)
    redis_url: str = field(repr=False)  # likewise
    redis_durability: str
    valkey: Path
    calls_per_second: float
    worker_concurrency: float
    job_attempts: float
    on_unknown: str
    intake_is_open: bool
    intake_honeypot: str
    intake_origins: frozenset[str]
    intake_per_minute: float
    intake_burst: float
    trusted_proxies: tuple[Network, ...]
    crm_events: Path
    crm_events_url: str
    salesforce_signature: str
    salesforce_timestamp: str
    intake_secrets: tuple[str, ...] = field(repr=False)
    hubspot_secrets: tuple[str, ...] = field(repr=False)
    salesforce_secrets: tuple[str, ...] = field(repr=False)
    variables: Mapping[str, str] = field(repr=False)  # what destinations.yaml may name

    @property
    def caps(self) -> Caps:
        """What all leads of a day or a month may reserve."""
        return Caps(
            self.daily_credit_cap,
            self.monthly_credit_cap,
            self.daily_action_cap,
            self.monthly_action_cap,
        )


def load_settings(folder: Path | None = None) -> Settings:
    """Read the environment and, beneath it, the folder's .env."""
    dotenv = (folder or Path.cwd()) / ".env"
    try:
        lines = parse_dotenv(dotenv.read_text(encoding="utf-8-sig")) if dotenv.is_file() else {}
    except (OSError, UnicodeDecodeError, ParseError) as fault:
        raise SettingsError([f".env: {fault}"]) from fault
    return settings_from({**lines, **os.environ})


def settings_from(environ: Mapping[str, str]) -> Settings:
    """Parse every setting; raise SettingsError with all problems together."""
    values: dict[str, Any] = {}
    problems = []
    for name, setting in SETTINGS.items():
        try:
            values[name] = setting.parse(environ.get(setting.env, "").strip() or setting.default)
        except ParseError as problem:
            problems.append(f"{setting.env}: {problem}")
    if "webhook_urls" in values and "allowed_hosts" in values:
        found = (url_problem(url, values["allowed_hosts"]) for url in values["webhook_urls"])
        problems += [f"CLAY_WEBHOOK_URL: {problem}" for problem in found if problem]
    problems += _column_problems(values.get("extra_columns", ()))
    if problems:
        raise SettingsError(problems)
    return Settings(**values, variables=dict(environ))


def _column_problems(extra_columns: tuple[str, ...]) -> list[str]:
    """An extra column must not pass for our identity, nor for a field that is cleaned first."""
    known = {title for titles in load_lead_table()["fields"].values() for title in titles}
    taken = [name for name in extra_columns if normalise_header(name) in known | {"lead_id"}]
    return [f"LEAD_EXTRA_COLUMNS: {name} is sent anyway; leave it out" for name in taken]


def env_example() -> str:
    """Build the text of .env.example: every setting and every destination's, no secret."""
    blocks = [
        "\n".join(f"# {line}" for line in setting.help.splitlines())
        + f"\n{setting.env}={setting.default}\n"
        for setting in (*SETTINGS.values(), *DESTINATION_VARIABLES)
    ]
    return "# Copy this file to .env and fill it in; .env is never committed.\n\n" + "\n".join(
        blocks
    )
