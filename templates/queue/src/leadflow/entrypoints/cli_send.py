"""`leadflow send`: the command line of it; what it does is in send_flow.py."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from leadflow.bootstrap import Rules, has_ledger, open_project, rules_from
from leadflow.domain.errors import SettingsError
from leadflow.entrypoints.cli_options import (
    CSV_FILE,
    credits_option,
    delimiter_option,
    encoding_option,
    format_option,
)
from leadflow.entrypoints.exporting import finish_exports, rewrite_file
from leadflow.entrypoints.runs import FileFormat, require_webhook
from leadflow.entrypoints.send_flow import SendOptions, rehearse_file, send_file
from leadflow.settings import Settings, load_settings

__all__ = ["send"]

HELP = """Send LEADS, a CSV file, to Clay: each lead once, evenly paced, each answer checked.

Run it again at any time: it goes on where it stopped, and the same file twice sends nothing
twice. Without LEADS it sends what still waits.

\b
Examples:
  leadflow send leads.csv --dry-run
  leadflow send leads.csv --max-credits 600
  leadflow send --failed
  leadflow send leads.csv --transport csv --output clay-import.csv
  leadflow send --rewrite clay-import.csv
"""
NO_PLAN = (
    "CLAY_PLAN is not set; the csv transport needs it, because a table of a smaller plan drops "
    "the rest of a longer file without a word"
)


@click.command(help=HELP)
@click.argument("leads", type=CSV_FILE, required=False)
@click.option("--dry-run", is_flag=True, help="Check the file and report on it; send nothing.")
@click.option(
    "--transport",
    type=click.Choice(["webhook", "csv"]),
    help="webhook: one request per lead. csv: files for Clay's importer.  [LEADFLOW_TRANSPORT]",
)
@credits_option
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
@click.option(
    "--rewrite",
    type=click.Path(path_type=Path, dir_okay=False),
    help="csv transport: write a file of an earlier run again, after it was lost.",
)
@encoding_option
@delimiter_option
@format_option
@click.pass_context
def send(context: click.Context, /, *, rewrite: Path | None, **given: Any) -> None:
    settings = load_settings()
    rules = rules_from(settings)
    if rewrite:
        _rewrite(rewrite, settings, rules)
        return
    options = _options(settings, **given)
    _check(options, settings)
    if not options.is_rehearsal:
        _finish_exports(settings, rules)
    run = rehearse_file if options.is_rehearsal else send_file
    context.exit(run(options, settings, rules))


def _options(
    settings: Settings,
    *,
    dry_run: bool,
    transport: str | None,
    yes: bool,
    failed: bool,
    on_unknown: str,
    encoding: str | None,
    delimiter: str,
    **same: Any,
) -> SendOptions:
    return SendOptions(
        is_rehearsal=dry_run,
        transport=transport or settings.transport,
        is_confirmed=yes,
        with_failed=failed,
        with_unknown=on_unknown == "retry",
        file_format=FileFormat(encoding, delimiter),
        **same,
    )


def _check(options: SendOptions, settings: Settings) -> None:
    if options.is_rehearsal and options.leads is None:
        raise click.UsageError("--dry-run checks a file: name it, as in `leadflow send leads.csv`")
    if options.output and options.transport != "csv":
        raise click.UsageError("--output belongs to --transport csv")
    if options.max_credits is not None:
        _check_credits(options.max_credits, settings.credits_per_lead)
        if not _can_ask(options):
            raise click.UsageError(
                "--max-credits asks before it sends; without a terminal add --yes"
            )
    if options.is_rehearsal:
        return
    if options.transport == "webhook":
        require_webhook(settings)
    elif not settings.plan:
        raise SettingsError([NO_PLAN])


def _check_credits(most: float, per_lead: float) -> None:
    if most < per_lead:
        raise click.UsageError(
            f"--max-credits {most:g} is less than one lead ({per_lead:g}, CREDITS_PER_LEAD)"
        )


def _can_ask(options: SendOptions) -> bool:
    return options.is_confirmed or options.is_rehearsal or sys.stdin.isatty()


def _finish_exports(settings: Settings, rules: Rules) -> None:
    if has_ledger(settings.database):
        with open_project(settings.database, for_writing=True) as project:
            for path in finish_exports(project, rules):
                click.echo(f"Finished what an interrupted run began: {path}", err=True)


def _rewrite(lost: Path, settings: Settings, rules: Rules) -> None:
    with open_project(settings.database, for_writing=True) as project:
        for path in rewrite_file(lost, project, rules):
            click.echo(f"written again: {path}")
