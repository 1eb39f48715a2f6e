"""What all commands share: the tables they read and how they print."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

import click

from clay_arch.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from clay_arch.decision.facts import Facts
    from clay_arch.decision.matrix import Matrix

__all__ = [
    "WIDEST",
    "Screen",
    "abandon_standard_output",
    "as_json",
    "print_text",
    "read_tables",
    "screen_of",
]

WIDEST = 100


class Screen(TypedDict):
    """How wide the reader's page is, in characters, and whether it takes colour."""

    width: int
    colour: bool


def read_tables(params: Mapping[str, Any]) -> tuple[Matrix, Facts]:
    """Matrix and facts: the files that the flags name, or the packaged ones."""
    from clay_arch.load import load_facts, load_matrix

    matrix = load_matrix(params.get("matrix_file"))
    return matrix, load_facts(matrix, params.get("facts_file"))


def screen_of(output: Path | None = None) -> Screen:
    """Colour only on a terminal, and not where NO_COLOR asks for none."""
    if output is not None or not sys.stdout.isatty():
        return {"width": WIDEST, "colour": False}
    columns = os.get_terminal_size(sys.stdout.fileno()).columns
    return {"width": min(WIDEST, columns or WIDEST), "colour": not os.environ.get("NO_COLOR")}


def as_json(document: object) -> str:
    import json

    return json.dumps(document, indent=2, ensure_ascii=False)


def print_text(text: str, output: Path | None = None) -> None:
    """To standard output; or to a file, whole or not at all."""
    text = text.rstrip("\n") + "\n"
    try:
        if output is None:
            click.echo(text, nl=False)
            return
        _write(output, text)
    except BrokenPipeError:
        abandon_standard_output()  # the reader has gone, having read enough
        return
    except UnicodeEncodeError as error:
        wrong = error.object[error.start : error.end]
        raise InputError(
            f"{error.encoding} cannot write {wrong!a}; it stands in a file's name or"
            " in a file of yours: rename or mend that"
        ) from error
    except OSError as error:
        if output is None:
            raise
        raise InputError(f"--output: cannot write {output}: {error.strerror}") from error
    click.echo(f"wrote {output}", err=True)


def abandon_standard_output() -> None:
    """Or Python complains once more when it flushes at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _write(output: Path, text: str) -> None:
    """Into what is no regular file, such as a device; or instead of the file that a link names."""
    if output.exists() and not output.is_file():
        output.write_text(text, encoding="utf-8")
        return
    target = Path(os.path.realpath(output))
    partial = target.parent / f".clay-arch-{os.urandom(4).hex()}.partial"
    try:
        with partial.open("x", encoding="utf-8") as file:
            file.write(text)
        if target.exists():
            partial.chmod(target.stat().st_mode)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
