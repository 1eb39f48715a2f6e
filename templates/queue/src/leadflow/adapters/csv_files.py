"""CSV files, read as a stream: every line ends as a row or as a rejection with its number.

A bad line never stops the file. What makes the rest unreadable does: a quote that is never closed,
an unknown encoding, a header that cannot be understood.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from stat import S_ISREG
from typing import TextIO

from leadflow.adapters.bounded_lines import MAX_ROW_CHARACTERS, BoundedLines, unclosed_quote
from leadflow.domain.errors import FileRefused, LeadRejected

__all__ = ["CsvFile", "Row", "open_csv"]

MAX_FIELD_CHARACTERS = 32 * 1024
BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}

Row = tuple[int, list[str] | LeadRejected]


class CsvFile:
    """The header, then `(line number, fields or rejection)` for every row beneath it."""

    def __init__(self, text: TextIO, name: str, delimiter: str) -> None:
        self._lines = BoundedLines(text, name)
        self._encoding = text.encoding
        self._reader = csv.reader(self._lines, strict=True, delimiter=delimiter)
        self.name = name
        self.header: list[str] = []
        for _, row in self._rows():
            if isinstance(row, LeadRejected):
                raise FileRefused(f"{name}: the header line: {row}")
            self.header = row
            break

    def __iter__(self) -> Iterator[Row]:
        width = len(self.header)
        for line, row in self._rows():
            if isinstance(row, LeadRejected) or len(row) == width:
                yield line, row
            else:
                yield line, LeadRejected(f"has {len(row)} fields; the header has {width}")

    def _rows(self) -> Iterator[Row]:
        lines, reader = self._lines, self._reader
        while True:
            first_line = lines.begin_row()
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as fault:
                yield first_line, self._rejection(fault, first_line)
            except UnicodeError as fault:
                raise FileRefused(
                    f"{self.name}: near line {lines.number + 1}: not {self._encoding}; "
                    "say what it is, for example --encoding latin-1"
                ) from fault
            else:
                if reason := lines.fault or self._fault(row):
                    yield first_line, LeadRejected(reason)
                elif row:  # an empty line is no row
                    yield first_line, row

    def _fault(self, row: list[str]) -> str:
        if self._lines.characters > MAX_FIELD_CHARACTERS < max(map(len, row), default=0):
            return f"a field is longer than {MAX_FIELD_CHARACTERS:,} characters"
        return ""

    def _rejection(self, fault: csv.Error, first_line: int) -> LeadRejected:
        if "end of data" in str(fault):
            raise unclosed_quote(self.name, first_line) from fault
        return LeadRejected(f"is not CSV: {fault}")


@contextmanager
def open_csv(path: Path, *, encoding: str | None = None, delimiter: str = ",") -> Iterator[CsvFile]:
    """Open the file as UTF-8, as its byte order mark says, or as the caller says; never guess."""
    try:
        # Looked at first: opening a pipe would wait for it, and only a file can be opened twice.
        if not S_ISREG(path.stat().st_mode):
            raise FileRefused(f"{path} is not a regular file; save what it gives to one")
        text = path.open(newline="", encoding=encoding or _encoding_of(path))
    except OSError as fault:
        raise FileRefused(f"{path}: {fault.strerror}") from fault
    previous_limit = csv.field_size_limit(2 * MAX_ROW_CHARACTERS)
    try:
        with text:
            yield CsvFile(text, path.name, delimiter)
    finally:
        csv.field_size_limit(previous_limit)


def _encoding_of(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(4)
    return next((name for bom, name in BOMS.items() if start.startswith(bom)), "utf-8")
