"""`leadflow purge`: what is kept about one person is emptied; the counts stay."""

from __future__ import annotations

import json
import time

import click

from leadflow.bootstrap import open_project
from leadflow.domain.email import parse_address
from leadflow.domain.errors import LeadRejected
from leadflow.entrypoints.cli_options import format_option
from leadflow.entrypoints.tables import confirmed
from leadflow.settings import load_settings

__all__ = ["purge"]

ELSEWHERE = (
    "Clay, the CRM and files in RESULTS_DIR or of your own are not touched: clear them there."
)


def _address_key(_context: click.Context, _option: click.Parameter, text: str | None) -> str | None:
    if text is None:
        return None
    try:
        return parse_address(text.strip()).key
    except LeadRejected:
        raise click.BadParameter("that is no e-mail address; write it as ada@acme.com") from None


@click.command()
@click.option(
    "--email",
    "key",
    callback=_address_key,
    metavar="ADDRESS",
    help="Empty what is kept about the person with this address.",
)
@click.option("--old", is_flag=True, help="Empty what is older than the retention settings allow.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@format_option
def purge(*, key: str | None, old: bool, yes: bool, output_format: str) -> None:
    """Empty what is kept about a person, or what is kept for too long. There is no way back.

    Leads, events and deliveries stay counted, so the account still balances; their fields and
    facts are gone. An address that is not known empties nothing.

    \b
    Examples:
      leadflow purge --email ada@acme.com
      leadflow purge --old --yes
    """
    if (key is None) != old:
        raise click.UsageError("say what: --email ADDRESS, or --old")
    settings = load_settings()
    confirmed("Empty it for good?", is_confirmed=yes)
    with open_project(settings.database, for_writing=True) as project:
        counts = (
            project.retention.purge_old(
                now=time.time(), inbox_days=settings.inbox_days, dead_days=settings.dead_days
            )
            if key is None
            else project.retention.purge_email(key)
        )
    if output_format == "json":
        click.echo(json.dumps(counts))
        return
    emptied = {table: count for table, count in counts.items() if count}
    for table, count in emptied.items():
        click.echo(f"emptied in {table}: {count:,}")
    if not emptied:
        click.echo("Nothing to empty.")
    if key is not None:
        click.echo(ELSEWHERE)
