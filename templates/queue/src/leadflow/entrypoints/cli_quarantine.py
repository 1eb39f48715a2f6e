"""`leadflow inbox quarantine`: callbacks with the right secret that could not be taken."""

from __future__ import annotations

import json

import click

from leadflow.bootstrap import Project, open_project
from leadflow.entrypoints.cli_options import format_option
from leadflow.entrypoints.numbers import NUMBER
from leadflow.entrypoints.tables import HIDDEN, may_show_facts, moment, print_note, print_table
from leadflow.entrypoints.terminal import visible
from leadflow.settings import load_settings

__all__ = ["quarantine"]

EMPTY = "Nothing is in quarantine."
REMEDY = """\
Each was refused with this reason and kept. Mend the HTTP API column in Clay (docs/clay-setup.md),
then run its cells again: the same row that comes right is taken."""


@click.command()
@click.argument("number", type=NUMBER, metavar="[ID]", required=False)
@click.option("--facts", is_flag=True, help="Print the body: it is personal.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@format_option
def quarantine(*, number: int | None, facts: bool, limit: int, output_format: str) -> None:
    """List the bodies that were not taken, with the reason; or show the one with this ID.

    \b
    Examples:
      leadflow inbox quarantine
      leadflow inbox quarantine 3
      leadflow inbox quarantine 3 --facts --format json
    """
    with open_project(load_settings().database, for_writing=False) as project:
        if number is None:
            _list(project, limit, output_format)
        else:
            _show(project, number, output_format, is_asked=facts)


def _list(project: Project, limit: int, output_format: str) -> None:
    notes = project.quarantine.listing(limit=limit)
    total = project.quarantine.count()
    if output_format == "json":
        answer = {"count": total, "bodies": [note._asdict() for note in notes]}
        click.echo(json.dumps(answer, indent=2))
        return
    if not notes:
        click.echo(EMPTY)
        return
    rows = (
        (
            note.quarantine_id,
            note.reason,
            note.times,
            note.bytes,
            moment(note.first_at),
            moment(note.last_at),
        )
        for note in notes
    )
    print_table(("id", "reason", "times", "bytes", "first", "last"), rows)
    if len(notes) < total:
        click.echo(f"... and {total - len(notes):,} more; --limit shows more")
    click.echo(REMEDY)


def _show(project: Project, number: int, output_format: str, *, is_asked: bool) -> None:
    found = project.quarantine.show(number)
    if found is None:
        raise click.UsageError(
            f"there is no body {number} in quarantine; `leadflow inbox quarantine` has them"
        )
    note, raw = found
    body = raw.decode("utf-8", "backslashreplace")
    if output_format == "json":
        shown = {"body": body} if may_show_facts(is_asked=is_asked) else {}
        click.echo(json.dumps({**note._asdict(), **shown}, indent=2))
        return
    print_note(note._asdict())
    click.echo(visible(body) if may_show_facts(is_asked=is_asked) else HIDDEN)
