"""Options that several commands share."""

from __future__ import annotations

import codecs
import io
import math
from pathlib import Path

import click

__all__ = ["CSV_FILE", "credits_option", "delimiter_option", "encoding_option", "format_option"]

CSV_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)

format_option = click.option(
    "--format",
    "output_format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How the answer on stdout is written.",
)


# Codecs of other things than files: they read no text piece by piece.
NOT_FOR_FILES = {"idna", "punycode", "undefined"}


def _known_encoding(_context: click.Context, _option: click.Parameter, name: str | None) -> object:
    if name is None:
        return None
    try:
        found = codecs.lookup(name).name
        if found not in NOT_FOR_FILES:
            io.TextIOWrapper(io.BytesIO(), encoding=found)  # refuses what gives no text (hex ...)
            return found
    except (LookupError, ValueError):
        pass
    raise click.BadParameter(f"there is no encoding {name!r} for text; try latin-1")


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


def _finite(_context: click.Context, _option: click.Parameter, number: float | None) -> object:
    if number is not None and not 0 <= number < math.inf:
        raise click.BadParameter("must be a number from 0 on")
    return number


credits_option = click.option(
    "--max-credits",
    type=float,
    callback=_finite,
    help="Send no more leads than these credits pay for; asks first.",
)
