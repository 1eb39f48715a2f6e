"""`explore`: the chooser as one file, opened in a browser."""

from __future__ import annotations

from pathlib import Path

import click

from clay_arch import __version__
from clay_arch.commands.printing import print_text, read_tables

__all__ = ["explore"]

FILE = Path("clay-arch-explore.html")


@click.command()
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path, allow_dash=True),
    default=FILE,
    show_default=True,
    metavar="FILE",
    help="The file to write; - is standard output, and opens nothing.",
)
@click.option("--no-browser", is_flag=True, help="Write the file and do not open it.")
def explore(output: Path, *, no_browser: bool) -> None:
    """Explore the decision in a browser.

    Writes one HTML file that holds everything it needs, and opens it: a slider for the volume, the
    answer, what breaks first and where the answer flips. It works without a network.

    \b
    Examples:
      clay-arch explore
      clay-arch explore --output decision.html --no-browser

    \b
    Exit codes: 0 written, 2 the file cannot be written.
    """
    from clay_arch.chooser.page import one_file
    from clay_arch.chooser.table import compile_table

    matrix, facts = read_tables({})
    page = one_file(compile_table(matrix, facts, tool_version=__version__))
    is_stream = str(output) == "-"
    print_text(page, None if is_stream else output)
    if not (is_stream or no_browser):
        _open(output)


def _open(file: Path) -> None:
    """Where there is no browser to be had, say what to do instead."""
    import webbrowser

    address = file.absolute().as_uri()
    if not webbrowser.open(address):
        click.echo(f"no browser found; open {address} yourself", err=True)
