"""`leadflow doctor`: is everything in place? It never sends a request: each would cost a life."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict

import click

from leadflow.bootstrap import (
    has_ledger,
    ledger_folder,
    load_clay_limits,
    name_ledger,
    open_project,
)
from leadflow.domain.errors import LedgerError, SettingsError
from leadflow.domain.limits import ClayLimits, Webhook, choose_webhook, life_warning, name_webhook
from leadflow.entrypoints.cli_options import format_option
from leadflow.entrypoints.doctor_queue import examine_queue
from leadflow.entrypoints.doctor_receiving import examine_receiving, examine_waiting
from leadflow.entrypoints.exit_codes import DONE, FOUND
from leadflow.entrypoints.findings import Finding
from leadflow.settings import Settings, load_settings

__all__ = ["doctor"]

FULL = "Clay answered that it is full: add the URL of a new webhook source to CLAY_WEBHOOK_URL"
LEAST_FREE_BYTES = 100 * 1024 * 1024


@click.command()
@format_option
@click.pass_context
def doctor(context: click.Context, *, output_format: str) -> None:
    """Check settings, Redis, gate, intake, ledger, URLs, secrets, routes, disk; say what to mend.

    It calls neither Clay nor any destination: a POST to Clay would cost a submission.

    \b
    Example:
      leadflow doctor
    """
    findings = list(_examine())
    is_well = not any(finding.remedy for finding in findings)
    if output_format == "json":
        click.echo(json.dumps({"is_well": is_well, "findings": [asdict(f) for f in findings]}))
    else:
        for finding in findings:
            click.echo(_line(finding))
    context.exit(DONE if is_well else FOUND)


def _line(finding: Finding) -> str:
    mark = click.style("mend", fg="red") if finding.remedy else click.style("ok  ", fg="green")
    remedy = f"; {finding.remedy}" if finding.remedy else ""
    return f"{mark} {finding.checked}: {finding.found}{remedy}"


def _examine() -> Iterator[Finding]:
    try:
        settings = load_settings()
    except SettingsError as fault:
        for problem in fault.problems:
            name, _, sentence = problem.partition(": ")
            yield Finding(name, "wrong", sentence)
        return
    limits = load_clay_limits()
    yield Finding("settings", "read")
    yield from _examine_pace(settings, limits)
    if settings.transport == "webhook":
        yield from _examine_urls(settings, limits)
        yield from examine_receiving(settings)
        yield from examine_queue(settings)
    yield from _examine_ledger(settings, limits)
    yield from _examine_disk(settings)


def _examine_pace(settings: Settings, limits: ClayLimits) -> Iterator[Finding]:
    fastest = 1 / limits.requests_per_second
    found = f"{settings.interval_seconds:g} s between starts"
    is_slow_enough = settings.interval_seconds >= fastest
    remedy = f"Clay drops what comes faster than every {fastest:g} s: raise SEND_INTERVAL_SECONDS"
    yield Finding("pace", found, "" if is_slow_enough else remedy)


def _examine_urls(settings: Settings, limits: ClayLimits) -> Iterator[Finding]:
    if not settings.webhook_urls:
        remedy = "fill it in in .env (docs/clay-setup.md)"
        yield Finding("webhook", "CLAY_WEBHOOK_URL is not set", remedy)
    if settings.plan and settings.plan not in limits.webhook_plans:
        plans = ", ".join(sorted(limits.webhook_plans))
        remedy = f"the webhook source needs one of {plans}; use LEADFLOW_TRANSPORT=csv"
        yield Finding("plan", settings.plan, remedy)


def _examine_ledger(settings: Settings, limits: ClayLimits) -> Iterator[Finding]:
    name = name_ledger(settings.database)
    if not has_ledger(settings.database):
        yield Finding("ledger", f"{name} will be made by the first send")
        return
    try:
        with open_project(settings.database, for_writing=False) as project:
            account = project.account.account()
            used = {webhook.webhook_id: webhook for webhook in project.account.webhooks()}
            is_sound = project.database.is_sound()
            problems = project.journey.problems()
            waiting = [waiting.destination for waiting in project.journey.waiting()]
            quarantined = project.quarantine.count()
    except LedgerError as fault:
        yield Finding("ledger", "cannot be used", str(fault))
        return
    yield Finding(
        "ledger",
        f"{name}: {account.accepted:,} leads, {account.waiting:,} waiting",
        "" if is_sound and account.is_balanced else "it is damaged: restore a copy",
    )
    for problem in problems:
        yield Finding("ledger", "does not add up", problem)
    yield from examine_waiting(settings, waiting)
    if account.unknown:
        remedy = "look them up in Clay by lead_id, then `send --on-unknown=retry` or leave them"
        yield Finding("unknown leads", f"{account.unknown:,}", remedy)
    if quarantined:
        yield Finding("quarantine", f"{quarantined:,} bodies: `leadflow inbox quarantine`")
    named = {webhook.webhook_id: webhook for webhook in map(name_webhook, settings.webhook_urls)}
    yield from _examine_lives([used.get(key, webhook) for key, webhook in named.items()], limits)


def _examine_lives(configured: Sequence[Webhook], limits: ClayLimits) -> Iterator[Finding]:
    for webhook in configured:
        found = f"{webhook.used:,} of {limits.webhook_life:,} submissions used"
        remedy = FULL if webhook.is_full else life_warning(webhook, limits) or ""
        yield Finding(f"webhook {webhook.label}", found, remedy)
    if configured and choose_webhook(configured, life=limits.webhook_life) is None:
        yield Finding("webhooks", "all are spent", "add a new URL to CLAY_WEBHOOK_URL")


def _examine_disk(settings: Settings) -> Iterator[Finding]:
    folder = ledger_folder(settings.database)
    if folder is None:  # the ledger is on a server, whose disk is not ours to see
        return
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    remedy = "" if free >= LEAST_FREE_BYTES else f"free some space in {folder}"
    yield Finding("disk", f"{free // 1024**2:,} MiB free", remedy)
