"""The physical lines of a text, for csv.reader: bounded in length, and in number per row.

What is wrong with a line is noted and the row is read to its end all the same: rejecting a line
alone would make leads of what stands in its quotes.
"""

from __future__ import annotations

from typing import TextIO

from leadflow.domain.errors import FileRefused

__all__ = ["MAX_ROW_CHARACTERS", "BoundedLines", "unclosed_quote"]

MAX_ROW_CHARACTERS = 1024 * 1024
MAX_LINES_PER_ROW = 20
PIECE = MAX_ROW_CHARACTERS + 1


def unclosed_quote(name: str, line: int) -> FileRefused:
    return FileRefused(
        f"{name}: line {line}: the row spans more than {MAX_LINES_PER_ROW} lines; "
        'close the quote (") that it opens'
    )


class BoundedLines:
    """Counts what csv.reader takes for one row; `fault` is why that row must be rejected."""

    def __init__(self, text: TextIO, name: str) -> None:
        self._readline = text.readline
        self._name = name
        self._first_line = 1
        self.number = 0
        self.characters = 0
        self.fault = ""

    def begin_row(self) -> int:
        self._first_line = self.number + 1
        self.characters = 0
        self.fault = ""
        return self._first_line

    def __iter__(self) -> BoundedLines:
        return self

    def __next__(self) -> str:
        line = self._readline(PIECE)
        if not line:
            raise StopIteration
        self.number += 1
        self.characters += len(line)
        if self.number - self._first_line >= MAX_LINES_PER_ROW:
            raise unclosed_quote(self._name, self._first_line)
        if self.characters > MAX_ROW_CHARACTERS:
            self.fault = f"is longer than {MAX_ROW_CHARACTERS:,} characters"
            return self._stand_in(line)
        if "\0" in line:
            self.fault = "holds a NUL character"
        return line

    def _stand_in(self, piece: str) -> str:
        """Read the line away; give a short one that opens or closes a quote as it does."""
        quotes = piece.count('"')
        while len(piece) == PIECE and piece[-1] not in "\r\n":
            piece = self._readline(PIECE)
            quotes += piece.count('"')
        return '"\n' if quotes % 2 else "\n"
