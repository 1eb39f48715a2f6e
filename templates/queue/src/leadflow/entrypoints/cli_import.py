"""`leadflow import`: Clay's CSV export back into the ledger."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from pathlib import Path

import click

from leadflow.bootstrap import open_project
from leadflow.entrypoints.cli_options import (
    CSV_FILE,
    delimiter_option,
    encoding_option,
    format_option,
)
from leadflow.entrypoints.runs import FileFormat, bring_back
from leadflow.entrypoints.terminal import visible
from leadflow.settings import load_settings
from leadflow.use_cases.import_export import ImportCount

__all__ = ["import_"]


@click.command("import")
@click.argument("export", type=CSV_FILE)
@encoding_option
@delimiter_option
@format_option
def import_(export: Path, encoding: str | None, delimiter: str, output_format: str) -> None:
    """Bring back what Clay found: read EXPORT, the CSV export of your Clay table.

    Rows are matched by the column lead_id, else by e-mail or name and domain. Importing the same
    file again changes nothing.

    \b
    Example:
      leadflow import clay-export.csv
    """
    settings = load_settings()
    with open_project(settings.database, for_writing=True) as project:
        count, report = asyncio.run(
            bring_back(
                export,
                project=project,
                results=settings.results,
                file_format=FileFormat(encoding, delimiter),
            )
        )
    if output_format == "json":
        click.echo(json.dumps({**asdict(count), "report": str(report) if report else None}))
    else:
        click.echo(_text(export.name, count))
    if report:
        click.echo(f"Rows without a lead are listed in {visible(str(report))}", err=True)


def _text(name: str, count: ImportCount) -> str:
    return (
        f"{visible(name)}: {count.new} new, {count.changed} changed, {count.unchanged} unchanged, "
        f"{count.unmatched} unmatched"
    )
