"""`leadflow dead purge`: what was given up is forgotten."""

from __future__ import annotations

import json
import time

import click

from leadflow.bootstrap import open_beside
from leadflow.entrypoints.cli_options import format_option
from leadflow.entrypoints.cli_redrive import destination_option
from leadflow.entrypoints.dead_jobs_desk import purge_dead_jobs
from leadflow.entrypoints.numbers import FiniteRange
from leadflow.entrypoints.queue_desks import open_dead_desk
from leadflow.entrypoints.tables import confirmed
from leadflow.settings import load_settings

__all__ = ["purge"]

DAY = 86_400


@click.command()
@click.option(
    "--older-than",
    type=FiniteRange(0, 3_650),
    metavar="DAYS",
    help="Only what has been dead for so many days.  [DEAD_RETENTION_DAYS]",
)
@destination_option
@click.option("--yes", is_flag=True, help="Do not ask.")
@format_option
def purge(
    *, older_than: float | None, destination: str | None, yes: bool, output_format: str
) -> None:
    """Empty what dead deliveries hold about people, so that they cannot be tried again.

    The account still counts them. What another delivery of the lead still needs is kept. Dead jobs
    leave the queue, unless --destination chooses; they hold nothing personal.

    \b
    Examples:
      leadflow dead purge
      leadflow dead purge --older-than 7 --destination nurture --yes
    """
    settings = load_settings()
    days = settings.dead_days if older_than is None else older_than
    confirmed(f"Empty what has been dead for {days:g} days?", is_confirmed=yes)
    with open_beside(settings.database) as project:
        before = time.time() - days * DAY
        count = project.dead.purge(before=before, destination=destination)
        has_jobs = not destination and bool(project.dead_jobs.older(before=before, limit=1))
    jobs = purge_dead_jobs(open_dead_desk, before=before) if has_jobs else 0
    if output_format == "json":
        click.echo(json.dumps({"purged": count, "jobs": jobs}))
    else:
        click.echo(f"{count:,} emptied" + (f"; {jobs:,} jobs forgotten" if jobs else ""))
