"""One accent per variant, chosen once for terminal and web.

Each is a colour of the 256 that terminals share, so that both show the same. All of them keep a
contrast of at least 4 to 1 against white and against black, and differ in lightness too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from click import style

if TYPE_CHECKING:
    from collections.abc import Callable

    from clay_arch.decision.matrix import Matrix

__all__ = ["ACCENTS", "accent", "as_hex", "paint_columns", "paint_variant", "paint_verdict"]

ACCENTS = {"direct": 30, "standard": 62, "queue": 130}
_OTHERS = (97, 64, 161)  # for the variants of somebody's own matrix
_VERDICTS = {"ok": "green", "watch": "yellow", "unknown": "yellow", "exceeded": "red"}
_LEVELS = (0, 95, 135, 175, 215, 255)
_CUBE = 16


def accent(variant: str, rank: int) -> int:
    """The terminal colour of a variant; one by rank for a variant of somebody's own."""
    return ACCENTS.get(variant, _OTHERS[rank % len(_OTHERS)])


def as_hex(colour: int) -> str:
    """The same colour for a style sheet, such as `#008787`."""
    cube = colour - _CUBE
    red, green, blue = (_LEVELS[cube // step % 6] for step in (36, 6, 1))
    return f"#{red:02x}{green:02x}{blue:02x}"


def paint_variant(matrix: Matrix, variant: str, text: str, *, bold: bool | None = None) -> str:
    """The text in the accent of a variant, for a terminal."""
    return style(text, fg=accent(variant, matrix.rank(variant)), bold=bold)


def paint_verdict(verdict: str) -> str:
    """The verdict on a limit, which may be padded, in its colour."""
    return style(verdict, fg=_VERDICTS[verdict.strip()])


def paint_columns(matrix: Matrix, *, colour: bool) -> Callable[[int, int, str], str]:
    """A painter for `layout.table` whose columns, after the first, are the variants."""

    def paint(row: int, column: int, text: str) -> str:
        is_title = row < 0 < column
        variant = matrix.variants[column - 1].id
        return paint_variant(matrix, variant, text) if is_title and colour else text

    return paint
