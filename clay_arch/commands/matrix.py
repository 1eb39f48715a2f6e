"""`matrix`: the decision matrix, shown or proved."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from clay_arch import __version__
from clay_arch.commands.printing import as_json, print_text, read_tables, screen_of
from clay_arch.errors import CheckFailed, FileProblems
from clay_arch.options import format_option, matrix_option

__all__ = ["matrix"]

MOST_CELLS = 50_000


@click.group()
def matrix() -> None:
    """Show the decision matrix, or prove it.

    \b
    Examples:
      clay-arch matrix show
      clay-arch matrix check my-matrix.yaml
    """


@matrix.command()
@matrix_option
@format_option("text", "json", "markdown")
def show(form: str, **params: Any) -> None:
    """Print the architecture table and every rule with its reason."""
    from clay_arch.report import matrix_table

    table, _ = read_tables(params)
    if form == "json":
        text = as_json(matrix_table.matrix_document(table, tool_version=__version__))
    elif form == "markdown":
        text = matrix_table.render_matrix_markdown(table)
    else:
        text = matrix_table.render_matrix_text(table, **screen_of())
    print_text(text)


@matrix.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
def check(file: Path | None) -> None:
    """Prove that every combination of answers has exactly one answer; exit 1 otherwise.

    FILE is your own matrix; without it the packaged one is checked.
    """
    from clay_arch.decision.audit import all_cells, count_cells
    from clay_arch.decision.evaluate import decide
    from clay_arch.load import DATA, load_facts, load_matrix

    try:
        table = load_matrix(file or DATA / "matrix.yaml")
    except FileProblems as problems:
        raise CheckFailed(str(problems)) from problems
    known = load_facts(table)
    decided = sum(1 for cell in all_cells(table, most=MOST_CELLS) if decide(table, known, cell))
    cells = count_cells(table)
    looked_at = "" if decided == cells else f" ({decided:,} of them decided, evenly spread)"
    print_text(
        f"{table.name} {table.version}: {cells:,} cells, each with one answer{looked_at};"
        " no gap, overlap, dead rule or dead column"
    )
