"""`leadflow status`: the account of every lead, out and back, and the life of each webhook."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import click

from leadflow.bootstrap import Project, is_held, load_clay_limits, open_project
from leadflow.domain.journey import Journey
from leadflow.domain.ledger import Account
from leadflow.domain.limits import ClayLimits, Webhook, life_warning
from leadflow.entrypoints.cli_options import format_option
from leadflow.entrypoints.exit_codes import DONE, FOUND, RUN_AGAIN
from leadflow.entrypoints.terminal import visible
from leadflow.settings import load_settings

__all__ = ["account_lines", "status"]

MOST_NAMED = 20
UNKNOWN = "unknown (Clay may have it; `send --on-unknown=retry` sends again)"
FAILED = "failed (`enqueue --failed` tries again)"
PERHAPS_TWICE = "sent again after a lost answer (perhaps twice in Clay)"
SEE_DEAD = "`leadflow dead list` shows what a destination refused, or did not answer for"
IN_FILES = "in files for Clay's importer: {count:,}; `leadflow import EXPORT` brings them back"
SEE_OVERDUE = "`leadflow overdue` lists what Clay has not called back about"


@click.command()
@click.option(
    "--check",
    is_flag=True,
    help="Exit 1 when leads failed, are unknown, dead or overdue; 75 when some wait to be sent.",
)
@format_option
@click.pass_context
def status(context: click.Context, *, check: bool, output_format: str) -> None:
    """Show the account: where every accepted lead is on its way to Clay and back.

    \b
    Examples:
      leadflow status
      leadflow status --check --format json
    """
    settings = load_settings()
    is_running = is_held(settings.database)
    with open_project(settings.database, for_writing=False) as project:
        account = project.account.account()
        journey = project.journey.journey(time.time(), settings.callback_timeout_seconds)
        answer = _document(project, account, journey, is_running=is_running)
    if output_format == "json":
        click.echo(json.dumps(answer, indent=2))
    elif account.accepted or account.rejected:
        _print(answer, account, journey)
    else:
        click.echo("No lead has been taken in.")
    is_sound = account.is_balanced and journey.is_balanced and not answer["problems"]
    if check or not is_sound:
        context.exit(_exit_code(account, journey, is_sound=is_sound))


def account_lines(account: Account) -> str:
    """Write the account as the sum that it is."""
    sign = "=" if account.is_balanced else "does NOT equal"
    return (
        f"{account.accepted:,} accepted {sign} {account.sent:,} sent + {account.failed:,} failed "
        f"+ {account.unknown:,} unknown + {account.waiting:,} waiting"
    )


def _journey_lines(journey: Journey) -> str:
    sign = "=" if journey.is_balanced else "does NOT equal"
    return (
        f"journey: {journey.accepted:,} accepted {sign} {journey.delivered:,} delivered "
        f"+ {journey.dead:,} dead + {journey.callback_timeout:,} callback timeout "
        f"+ {journey.unknown:,} unknown + {journey.in_flight:,} in flight"
    )


def _document(
    project: Project, account: Account, journey: Journey, *, is_running: bool
) -> dict[str, Any]:
    limits = load_clay_limits()
    return {
        "account": {**asdict(account), "is_balanced": account.is_balanced},
        "journey": {**asdict(journey), "is_balanced": journey.is_balanced},
        "problems": project.journey.problems(),
        "waiting": [waiting._asdict() for waiting in project.journey.waiting()],
        "in_files": project.journey.in_files(),
        "quarantined": project.quarantine.count(),
        "is_running": is_running,
        "unknown": [asdict(note) for note in project.account.unknown()],
        "failed": [asdict(note) for note in project.account.failed()],
        "perhaps_twice": [asdict(note) for note in project.account.perhaps_twice()],
        "held": project.account.held(),
        "webhooks": [_webhook(use, limits) for use in project.account.webhooks()],
    }


def _webhook(use: Webhook, limits: ClayLimits) -> dict[str, Any]:
    return {
        "label": use.label,
        "used": use.used,
        "life": limits.webhook_life,
        "warning": life_warning(use, limits),
        "full_at": use.full_at,
    }


def _print(answer: dict[str, Any], account: Account, journey: Journey) -> None:
    click.echo(account_lines(account))
    click.echo(_journey_lines(journey))
    click.echo(
        f"beside it: {account.rejected:,} rejected, {account.duplicates:,} duplicates, "
        f"{answer['quarantined']:,} in quarantine"
    )
    for problem in answer["problems"]:
        click.echo(click.style(f"does not add up: {problem}", fg="red"))
    _print_way_back(answer, account, journey)
    if answer["is_running"]:
        click.echo("a run is going on: the lead in flight counts as unknown until it is answered")
    for reason, count in answer["held"].items():
        click.echo(f"held ({reason}): {count:,}")
    _print_notes(UNKNOWN, answer["unknown"])
    _print_notes(FAILED, answer["failed"])
    _print_notes(PERHAPS_TWICE, answer["perhaps_twice"])
    for webhook in answer["webhooks"]:
        _print_webhook(webhook)


def _print_way_back(answer: dict[str, Any], account: Account, journey: Journey) -> None:
    # What failed or is unknown on the way to Clay counts in both sums, and is listed below.
    if journey.dead > account.failed or journey.unknown > account.unknown:
        click.echo(SEE_DEAD)
    if journey.callback_timeout:
        click.echo(SEE_OVERDUE)
    if answer["in_files"]:
        click.echo(IN_FILES.format(count=answer["in_files"]))
    for waiting in answer["waiting"]:
        reason = f" (answered: {visible(waiting['reason'])})" if waiting["reason"] else ""
        click.echo(f"waiting for {waiting['destination']}: {waiting['deliveries']:,}{reason}")


def _print_webhook(webhook: dict[str, Any]) -> None:
    click.echo(f"webhook {webhook['label']}: {webhook['used']:,} of {webhook['life']:,} used")
    if webhook["full_at"]:
        day = datetime.fromtimestamp(webhook["full_at"], UTC).date()
        click.echo(f"  Clay called it full on {day}: others go first")
    if webhook["warning"]:
        click.echo(click.style(f"Warning: {webhook['warning']}", fg="yellow"), err=True)


def _print_notes(title: str, notes: list[dict[str, Any]]) -> None:
    if notes:
        click.echo(f"{title}:")
    for note in notes[:MOST_NAMED]:
        click.echo(
            f"  {note['lead_id']}  {visible(note['file'])} line {note['line']}  {note['reason']}"
        )
    if len(notes) > MOST_NAMED:
        click.echo(f"  ... and {len(notes) - MOST_NAMED:,} more; --format json lists all")


def _exit_code(account: Account, journey: Journey, *, is_sound: bool) -> int:
    deserve_a_look = (account.failed, account.unknown, journey.dead, journey.unknown)
    if not is_sound or any(deserve_a_look) or journey.callback_timeout:
        return FOUND
    return RUN_AGAIN if account.waiting else DONE
