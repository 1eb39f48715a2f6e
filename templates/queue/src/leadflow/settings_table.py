"""Every setting, as data: its name, what it is for, what it is when absent, how it is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from leadflow.setting_values import (
    to_bool,
    to_choice,
    to_names,
    to_number,
    to_path,
    to_sqlite_url,
    to_text,
    to_urls,
)

__all__ = ["SENDING", "Setting"]

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


SENDING: dict[str, Setting] = {
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
        to_sqlite_url,
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
