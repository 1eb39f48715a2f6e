"""Environment and .env -> one frozen Settings, read once; every problem is reported at once.

`.env.example` is generated from SETTINGS below: run `make env`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from leadflow.adapters.data_files import load_lead_table
from leadflow.domain.columns import normalise_header
from leadflow.domain.errors import SettingsError
from leadflow.setting_values import (
    ParseError,
    parse_dotenv,
    to_bool,
    to_choice,
    to_names,
    to_number,
    to_path,
    to_sqlite_path,
    to_text,
    to_urls,
    url_problem,
)

__all__ = ["SETTINGS", "Setting", "Settings", "env_example", "load_settings", "settings_from"]

MODERN_PLANS = ("free", "launch", "growth", "enterprise")
LEGACY_PLANS = ("starter", "explorer", "pro", "legacy-enterprise")
PLANS = (*MODERN_PLANS, *LEGACY_PLANS)


@dataclass(frozen=True, slots=True)
class Setting:
    """One line of .env: its name, what it is for, what it is when absent, how it is read."""

    env: str
    default: str
    help: str
    parse: Callable[[str], Any]


SETTINGS: dict[str, Setting] = {
    "webhook_urls": Setting(
        "CLAY_WEBHOOK_URL",
        "",
        "URL of the webhook source of your Clay table (see docs/clay-setup.md). It is a secret.\n"
        "Several, separated by commas, are used up one after the other: each has a limited life.",
        to_urls,
    ),
    "webhook_token": Setting(
        "CLAY_WEBHOOK_TOKEN",
        "",
        "Token of the webhook source, if it requires one. It is a secret.",
        to_text,
    ),
    "plan": Setting(
        "CLAY_PLAN",
        "",
        f"Your Clay plan: {', '.join(PLANS)}.\n"
        "The csv transport needs it: a file must not be longer than a table of the plan.",
        to_choice("", *PLANS),
    ),
    "transport": Setting(
        "LEADFLOW_TRANSPORT",
        "webhook",
        "How leads travel: webhook (one request each) or csv (a file for Clay's importer).",
        to_choice("webhook", "csv"),
    ),
    "database": Setting(
        "DATABASE_URL",
        "sqlite:///leadflow.sqlite",
        "Where the ledger is kept.",
        to_sqlite_path,
    ),
    "credits_per_lead": Setting(
        "CREDITS_PER_LEAD",
        "6",
        "Data credits one lead costs in your table; estimates and --max-credits use it.",
        to_number(0, 1_000),
    ),
    "interval_seconds": Setting(
        "SEND_INTERVAL_SECONDS",
        "0.25",
        "Seconds from the start of one request to the start of the next.",
        to_number(0, 3_600),
    ),
    "timeout_seconds": Setting(
        "SEND_TIMEOUT_SECONDS",
        "10",
        "Seconds that one request may take in all; connecting may take 3 of them.",
        to_number(0.1, 10),
    ),
    "retry_base_seconds": Setting(
        "RETRY_BASE_SECONDS",
        "1",
        "First wait after a 429 or an unreachable Clay; it doubles up to RETRY_CAP_SECONDS.",
        to_number(0, 60),
    ),
    "retry_cap_seconds": Setting(
        "RETRY_CAP_SECONDS",
        "60",
        "Longest wait of our own; a Retry-After from Clay may be longer, up to 15 minutes.",
        to_number(0, 900),
    ),
    "retry_attempts": Setting(
        "RETRY_ATTEMPTS",
        "10",
        "Attempts in a row that Clay may answer with 429 before the run stops.",
        to_number(1, 100),
    ),
    "rejects_personal_mail": Setting(
        "LEAD_REJECT_PERSONAL_MAIL",
        "true",
        "Reject leads at gmail, yahoo and the like (the list is in src/leadflow/leads.toml).",
        to_bool,
    ),
    "requires_names": Setting(
        "LEAD_REQUIRE_NAMES",
        "true",
        "Reject leads without a first and a last name.",
        to_bool,
    ),
    "extra_columns": Setting(
        "LEAD_EXTRA_COLUMNS",
        "",
        "Further CSV columns to send to Clay, separated by commas. No others leave this machine.",
        to_names,
    ),
    "escapes_formulas": Setting(
        "CSV_ESCAPE_FORMULAS",
        "true",
        "Escape values a spreadsheet would run as formulas in exported files.",
        to_bool,
    ),
    "results": Setting(
        "RESULTS_DIR",
        "results",
        "Folder for the reports of rejected and unmatched lines.",
        to_path,
    ),
    "allowed_hosts": Setting(
        "CLAY_ALLOWED_HOSTS",
        ".clay.com",
        "Hosts that leads may be sent to: exact names, or endings that begin with a dot.\n"
        "Always by https; plain http is for the loopback address only.",
        to_names,
    ),
}


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the program was told. Secrets stay out of its repr."""

    plan: str
    transport: str
    database: Path
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
    webhook_urls: tuple[str, ...] = field(repr=False)
    webhook_token: str = field(repr=False)


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
    return Settings(**values)


def _column_problems(extra_columns: tuple[str, ...]) -> list[str]:
    """An extra column must not pass for our identity, nor for a field that is cleaned first."""
    known = {title for titles in load_lead_table()["fields"].values() for title in titles}
    taken = [name for name in extra_columns if normalise_header(name) in known | {"lead_id"}]
    return [f"LEAD_EXTRA_COLUMNS: {name} is sent anyway; leave it out" for name in taken]


def env_example() -> str:
    """Build the text of .env.example: every setting, its comment, its default, no secret."""
    blocks = [
        "\n".join(f"# {line}" for line in setting.help.splitlines())
        + f"\n{setting.env}={setting.default}\n"
        for setting in SETTINGS.values()
    ]
    return "# Copy this file to .env and fill it in; .env is never committed.\n\n" + "\n".join(
        blocks
    )
