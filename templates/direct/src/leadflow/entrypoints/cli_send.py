"""`leadflow send`: the command line of it; what it does is in send_flow.py."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from leadflow.bootstrap import rules_from
from leadflow.entrypoints.cli_options import (
    CSV_FILE,
    delimiter_option,
    encoding_option,
    format_option,
)
from leadflow.entrypoints.runs import FileFormat, require_webhook
from leadflow.entrypoints.send_flow import SendOptions, rehearse_file, send_file
from leadflow.settings import Settings, load_settings

__all__ = ["send"]


@click.command()
@click.argument("leads", type=CSV_FILE, required=False)
@click.option("--dry-run", is_flag=True, help="Check the file and count; send and store nothing.")
@click.option(
    "--transport",
    type=click.Choice(["webhook", "csv"]),
    help="webhook: one request per lead. csv: files for Clay's importer.  [LEADFLOW_TRANSPORT]",
)
@click.option(
    "--max-credits",
    type=click.FloatRange(min=0),
    help="Send no more leads than these credits pay for; asks first.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--failed", is_flag=True, help="Try failed leads again.")
@click.option(
    "--on-unknown",
    type=click.Choice(["keep", "retry"]),
    default="keep",
    show_default=True,
    help="Leads whose answer was lost: leave them, or send again and risk a second row.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="csv transport: the file to write.  [results/LEADS.clay.csv]",
)
@encoding_option
@delimiter_option
@format_option
@click.pass_context
def send(
    context: click.Context,
    *,
    leads: Path | None,
    dry_run: bool,
    transport: str | None,
    max_credits: float | None,
    yes: bool,
    failed: bool,
    on_unknown: str,
    output: Path | None,
    encoding: str | None,
    delimiter: str,
    output_format: str,
) -> None:
    """Send LEADS, a CSV file, to Clay: each lead once, 4 a second, each answer checked.

    Run it again at any time: it goes on where it stopped, and the same file twice sends nothing
    twice. Without LEADS it sends what still waits.

    \b
    Examples:
      leadflow send leads.csv --dry-run
      leadflow send leads.csv --max-credits 600
      leadflow send --failed
      leadflow send leads.csv --transport csv --output clay-import.csv
    """
    settings = load_settings()
    options = SendOptions(
        leads=leads,
        is_rehearsal=dry_run,
        transport=transport or settings.transport,
        max_credits=max_credits,
        is_confirmed=yes,
        with_failed=failed,
        with_unknown=on_unknown == "retry",
        output=output,
        file_format=FileFormat(encoding, delimiter),
        output_format=output_format,
    )
    _check(options, settings)
    run = rehearse_file if options.is_rehearsal else send_file
    context.exit(run(options, settings, rules_from(settings)))


def _check(options: SendOptions, settings: Settings) -> None:
    if options.is_rehearsal and options.leads is None:
        raise click.UsageError("--dry-run checks a file: name it, as in `leadflow send leads.csv`")
    if options.output and options.transport != "csv":
        raise click.UsageError("--output belongs to --transport csv")
    if options.max_credits is not None and not _can_ask(options):
        raise click.UsageError("--max-credits asks before it sends; without a terminal add --yes")
    if options.transport == "webhook" and not options.is_rehearsal:
        require_webhook(settings)


def _can_ask(options: SendOptions) -> bool:
    return options.is_confirmed or options.is_rehearsal or sys.stdin.isatty()
