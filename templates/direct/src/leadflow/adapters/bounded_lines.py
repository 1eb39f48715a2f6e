"""The physical lines of a text, for csv.reader: bounded in length, and in number per row."""

from __future__ import annotations

from typing import TextIO

from leadflow.domain.errors import FileRefused, LeadRejected

__all__ = ["BoundedLines", "unclosed_quote"]

MAX_LINE_CHARACTERS = 1024 * 1024
MAX_LINES_PER_ROW = 20


def unclosed_quote(name: str, line: int) -> FileRefused:
    return FileRefused(
        f"{name}: line {line}: the row spans more than {MAX_LINES_PER_ROW} lines; "
        'close the quote (") that it opens'
    )


class BoundedLines:
    """An iterator that csv.reader may go on reading after it raised LeadRejected."""

    def __init__(self, text: TextIO, name: str) -> None:
        self._readline = text.readline
        self._name = name
        self._first_line = 1
        self.number = 0

    def begin_row(self) -> int:
        self._first_line = self.number + 1
        return self._first_line

    def __iter__(self) -> BoundedLines:
        return self

    def __next__(self) -> str:
        line = self._readline(MAX_LINE_CHARACTERS)
        if not line:
            raise StopIteration
        self.number += 1
        if self.number - self._first_line >= MAX_LINES_PER_ROW:
            raise unclosed_quote(self._name, self._first_line)
        if len(line) == MAX_LINE_CHARACTERS:
            self._skip_rest_of_line()
            raise LeadRejected(f"is longer than {MAX_LINE_CHARACTERS:,} characters")
        if "\0" in line:
            raise LeadRejected("holds a NUL character")
        return line

    def _skip_rest_of_line(self) -> None:
        while (piece := self._readline(MAX_LINE_CHARACTERS)) and piece[-1] not in "\r\n":
            pass
