"""`leadflow enqueue`: the command line of it; what it does is in enqueue_flow.py."""

from __future__ import annotations

from pathlib import Path

import click

from leadflow.bootstrap import rules_from
from leadflow.entrypoints.cli_options import (
    CSV_FILE,
    delimiter_option,
    encoding_option,
    format_option,
)
from leadflow.entrypoints.enqueue_flow import EnqueueOptions, enqueue_file
from leadflow.entrypoints.runs import FileFormat
from leadflow.settings import load_settings

__all__ = ["enqueue"]

HELP = """Put LEADS, a CSV file, into the queue, 1,000 leads at a time.

A file that cannot be read to its end is refused whole. A run that was ended half-way is made good
by running it again. A lead that is known already is not queued again, so the same file twice does
nothing twice.
`leadflow work` hands them on, also when Redis was away meanwhile. Without LEADS and options it
puts in whatever still waits, which mends a queue that was lost.

\b
Examples:
  leadflow enqueue leads.csv --dry-run
  leadflow enqueue leads.csv
  leadflow enqueue --failed
  leadflow enqueue --on-unknown retry
"""
NO_FILE = "--dry-run checks a file: name it, as in `leadflow enqueue leads.csv --dry-run`"


@click.command(help=HELP)
@click.argument("leads", type=CSV_FILE, required=False)
@click.option("--dry-run", is_flag=True, help="Check the file and report on it; store nothing.")
@click.option("--failed", is_flag=True, help="Put failed leads back into the queue.")
@click.option(
    "--on-unknown",
    type=click.Choice(["keep", "retry"]),
    default="keep",
    show_default=True,
    help="Leads whose answer was lost: leave them, or queue them again and risk a second row.",
)
@encoding_option
@delimiter_option
@format_option
@click.pass_context
def enqueue(
    context: click.Context,
    /,
    *,
    leads: Path | None,
    dry_run: bool,
    failed: bool,
    on_unknown: str,
    encoding: str | None,
    delimiter: str,
    output_format: str,
) -> None:
    if dry_run and leads is None:
        raise click.UsageError(NO_FILE)
    settings = load_settings()
    options = EnqueueOptions(
        leads=leads,
        is_rehearsal=dry_run,
        with_failed=failed,
        with_unknown=on_unknown == "retry",
        file_format=FileFormat(encoding, delimiter),
        output_format=output_format,
    )
    context.exit(enqueue_file(options, settings, rules_from(settings)))
