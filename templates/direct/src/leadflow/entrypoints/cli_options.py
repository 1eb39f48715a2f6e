"""Options that several commands share."""

from __future__ import annotations

import codecs
from pathlib import Path

import click

__all__ = ["CSV_FILE", "delimiter_option", "encoding_option", "format_option"]

CSV_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)

format_option = click.option(
    "--format",
    "output_format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How the answer on stdout is written.",
)


def _known_encoding(_context: click.Context, _option: click.Parameter, name: str | None) -> object:
    try:
        return name and codecs.lookup(name).name
    except LookupError:
        raise click.BadParameter(f"there is no encoding {name!r}; try latin-1") from None


encoding_option = click.option(
    "--encoding",
    callback=_known_encoding,
    metavar="NAME",
    help="How the file is encoded, when it is neither UTF-8 nor marked (latin-1, cp1252 ...).",
)


def _one_character(_context: click.Context, _option: click.Parameter, text: str) -> str:
    character = {"tab": "\t", "\\t": "\t"}.get(text, text)
    if len(character) != 1 or character in '"\r\n':
        raise click.BadParameter("must be one character, such as ';' or tab")
    return character


delimiter_option = click.option(
    "--delimiter",
    callback=_one_character,
    default=",",
    show_default=True,
    help="What separates the fields (',', ';', tab ...).",
)
