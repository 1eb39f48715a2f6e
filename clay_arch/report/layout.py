"""Headings, tables and paragraphs for a terminal, none wider than asked for."""

from __future__ import annotations

import shlex
from textwrap import wrap
from typing import TYPE_CHECKING

from click import style

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["bullets", "command_lines", "fields", "fitted", "heading", "paragraph", "table"]

INDENT = "  "
GAP = 2
NARROWEST = 6
LEAST_WIDTH, MOST_WIDTH = 60, 100


def fitted(width: int) -> int:
    """A terminal's width, kept within what reads well."""
    return max(LEAST_WIDTH, min(width, MOST_WIDTH))


def heading(text: str, *, colour: bool) -> str:
    return style(text, bold=True) if colour else text


def paragraph(text: str, width: int, *, indent: str = INDENT, hanging: str = "") -> list[str]:
    """Wrapped lines; those after the first are set in by `hanging` too."""
    return wrap(
        text,
        width,
        initial_indent=indent,
        subsequent_indent=indent + hanging,
        break_on_hyphens=False,
    )


def bullets(texts: Sequence[str], width: int, *, marks: Sequence[str] = ()) -> list[str]:
    """One paragraph per text, each behind its mark; a dash where none is given."""
    lines = []
    for position, text in enumerate(texts):
        mark = f"{marks[position] if marks else '-'} "
        lines += paragraph(mark + text, width, hanging=" " * len(mark))
    return lines


def fields(rows: Sequence[tuple[str, str]], width: int) -> list[str]:
    """Labels in one column, their texts wrapped in another."""
    label_width = max(len(label) for label, _ in rows) + GAP
    lines = []
    for label, text in rows:
        first = INDENT + label.ljust(label_width)
        lines += wrap(
            text,
            width,
            initial_indent=first,
            subsequent_indent=" " * len(first),
            break_on_hyphens=False,
        )
    return lines


def command_lines(command: str, width: int) -> list[str]:
    """A command to copy, continued with a backslash at its flags where it is too long."""
    parts: list[str] = []
    for word in shlex.split(command):
        if parts and not word.startswith("--"):
            parts[-1] += f" {shlex.quote(word)}"
        else:
            parts.append(shlex.quote(word))
    lines = [INDENT + parts[0]]
    for flag in parts[1:]:
        if len(lines[-1]) + len(flag) + 3 <= width:  # a space before, a space and a backslash after
            lines[-1] += f" {flag}"
        else:
            lines[-1] += " \\"
            lines.append(INDENT * 2 + flag)
    return lines


def table(
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    width: int,
    *,
    paint: Callable[[int, int, str], str] = lambda row, column, text: text,  # noqa: ARG005
) -> list[str]:
    """Columns as wide as they must be; where that is too wide, the widest are wrapped.

    `paint` may colour a padded cell of a row; the columns' names are row -1.
    """
    widths = _widths([columns, *rows], width - len(INDENT) - GAP * (len(columns) - 1))
    lines = _row(columns, widths, lambda column, text: paint(-1, column, text))
    lines.append(INDENT + (" " * GAP).join("-" * w for w in widths))
    for position, row in enumerate(rows):
        lines += _row(row, widths, lambda column, text, p=position: paint(p, column, text))  # type: ignore[misc]
    return lines


def _widths(rows: Sequence[Sequence[str]], room: int) -> list[int]:
    """The widest columns give way first: down to their longest word, and further if they must."""
    columns = ["\n".join(column) for column in zip(*rows, strict=True)]
    widths = [max(map(len, column.split("\n"))) for column in columns]
    words = [max(map(len, column.split() or [""])) for column in columns]
    for least in (words, [NARROWEST] * len(widths)):
        while sum(widths) > room and any(w > floor for w, floor in zip(widths, least, strict=True)):
            spare = [w if w > floor else 0 for w, floor in zip(widths, least, strict=True)]
            widths[spare.index(max(spare))] -= 1
    return widths


def _row(
    cells: Sequence[str], widths: Sequence[int], paint: Callable[[int, str], str]
) -> list[str]:
    wrapped = [_wrapped(cell, width) for cell, width in zip(cells, widths, strict=True)]
    lines = []
    for line in range(max(1, *map(len, wrapped))):
        parts = [cell[line] if line < len(cell) else "" for cell in wrapped]
        # The last cell that holds anything is not padded: no line ends in blanks.
        last = max((i for i, part in enumerate(parts) if part), default=0)
        padded = [
            p.ljust(w) if i < last else p
            for i, (p, w) in enumerate(zip(parts, widths, strict=True))
        ]
        painted = [paint(i, text) if text.strip() else text for i, text in enumerate(padded)]
        lines.append(INDENT + (" " * GAP).join(painted[: last + 1]))
    return lines


def _wrapped(cell: str, width: int) -> list[str]:
    """The lines of one cell; those it has already are kept."""
    return [part for line in cell.split("\n") for part in wrap(line, width, break_on_hyphens=False)]
