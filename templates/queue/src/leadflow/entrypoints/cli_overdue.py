"""`leadflow overdue`: leads that Clay has and has not called back about. It re-sends nothing."""

from __future__ import annotations

import json
import time

import click

from leadflow.bootstrap import open_project
from leadflow.entrypoints.cli_options import format_option
from leadflow.entrypoints.exit_codes import DONE, FOUND
from leadflow.entrypoints.numbers import FiniteRange
from leadflow.entrypoints.tables import elapsed, moment, print_table
from leadflow.settings import load_settings
from leadflow.use_cases.sweep_overdue import Overdue, sweep_overdue

__all__ = ["overdue"]

MOST_LISTED = 50
REMEDY = """\
Look a lead up in the Clay table by its lead_id: the HTTP API column shows why it did not call.
Running that cell again costs no credits; sending the lead again would, so nothing is re-sent."""


@click.command()
@click.option(
    "--hours",
    type=FiniteRange(0, 24 * 365),
    metavar="NUMBER",
    help="Count a lead as overdue after so many hours.  [CALLBACK_TIMEOUT_HOURS]",
)
@format_option
@click.pass_context
def overdue(context: click.Context, *, hours: float | None, output_format: str) -> None:
    """List leads that were sent and not called back in time. Exit 1 when there are any.

    \b
    Examples:
      leadflow overdue
      leadflow overdue --hours 2 --format json
    """
    settings = load_settings()
    limit_seconds = settings.callback_timeout_seconds if hours is None else hours * 3600
    with open_project(settings.database, for_writing=False) as project:
        found = sweep_overdue(project.journey, now=time.time(), limit_seconds=limit_seconds)
    if output_format == "json":
        answer = {"limit_seconds": limit_seconds, "overdue": [lead._asdict() for lead in found]}
        click.echo(json.dumps(answer, indent=2))
    else:
        _print(found, limit_seconds)
    context.exit(FOUND if found else DONE)


def _print(found: list[Overdue], limit_seconds: float) -> None:
    limit = elapsed(limit_seconds)
    if not found:
        click.echo(f"No callback is overdue (limit: {limit}).")
        return
    click.echo(f"{len(found):,} without a callback for more than {limit}:")
    print_table(
        ("lead", "sent", "ago", "from"),
        (
            (lead.lead_id, moment(lead.sent_at), elapsed(lead.age_seconds), _origin(lead))
            for lead in found[:MOST_LISTED]
        ),
    )
    if len(found) > MOST_LISTED:
        click.echo(f"... and {len(found) - MOST_LISTED:,} more; --format json lists all")
    click.echo(REMEDY)


def _origin(lead: Overdue) -> str:
    return f"{lead.file} line {lead.line}"
