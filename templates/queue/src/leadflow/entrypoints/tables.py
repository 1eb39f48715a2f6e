"""Lists on a terminal: columns that line up, times in UTC, and nothing that moves the cursor."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

import click

from leadflow.entrypoints.exit_codes import INTERRUPTED
from leadflow.entrypoints.terminal import visible

__all__ = [
    "HIDDEN",
    "confirmed",
    "elapsed",
    "may_show_facts",
    "moment",
    "print_facts",
    "print_note",
    "print_table",
]

MINUTE, HOUR, DAY = 60, 3_600, 86_400
HIDDEN = "facts: kept from a pipe or a file, because they are personal; --facts prints them"


def moment(seconds: float | None) -> str:
    """Write a time as UTC, to the second."""
    if seconds is None:
        return "-"
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%SZ")


def elapsed(seconds: float) -> str:
    """Write how long something takes or has taken, in the largest unit that is there twice."""
    for unit, name in ((DAY, "days"), (HOUR, "h"), (MINUTE, "min")):
        if seconds >= 2 * unit:
            return f"{seconds / unit:.1f}".removesuffix(".0") + f" {name}"
    return f"{max(seconds, 0):.0f} s"


def print_table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print the rows beneath their header; what holds text of others is made harmless."""
    lines = [list(header), *([visible(str(cell)) for cell in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        click.echo("  ".join(cells).rstrip())


def may_show_facts(*, is_asked: bool) -> bool:
    """Facts are about a person: they go to somebody who looks, or who asks for them."""
    return is_asked or sys.stdout.isatty()


def print_note(note: Mapping[str, object]) -> None:
    """Print what is known of one thing, a line each; times end in `_at`."""
    for name, value in note.items():
        text = moment(value) if name.endswith("_at") and isinstance(value, int | float) else value
        if text != "":
            click.echo(f"{name.replace('_', ' ')}: {visible(str(text))}")


def print_facts(facts: Mapping[str, object], *, is_asked: bool) -> None:
    if not may_show_facts(is_asked=is_asked):
        click.echo(HIDDEN)
        return
    click.echo("facts:" if facts else "facts: none, or emptied")
    for name, value in facts.items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        click.echo(f"  {visible(name)}: {visible(text)}")


def confirmed(question: str, *, is_confirmed: bool) -> None:
    """Ask on a terminal; where nobody can answer, `--yes` must have been given."""
    if is_confirmed:
        return
    if not sys.stdin.isatty():
        raise click.UsageError("this asks first; without a terminal add --yes")
    if not click.confirm(question, err=True):
        click.echo("Nothing was changed.", err=True)
        raise click.exceptions.Exit(INTERRUPTED)
