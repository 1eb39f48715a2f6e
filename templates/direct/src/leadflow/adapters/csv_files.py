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
from typing import TextIO

from leadflow.adapters.bounded_lines import BoundedLines, unclosed_quote
from leadflow.domain.errors import FileRefused, LeadRejected

__all__ = ["CsvFile", "Row", "open_csv"]

MAX_FIELD_CHARACTERS = 32 * 1024
BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}

Row = tuple[int, list[str] | LeadRejected]


class CsvFile:
    """The header, then `(line number, fields or rejection)` for every row beneath it."""

    def __init__(self, text: TextIO, name: str, delimiter: str) -> None:
        self._lines = BoundedLines(text, name)
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
            except LeadRejected as rejection:
                yield first_line, rejection
            except csv.Error as fault:
                yield first_line, self._rejection(fault, first_line)
            except UnicodeDecodeError as fault:
                raise FileRefused(
                    f"{self.name}: near line {lines.number + 1}: not {fault.encoding}; "
                    "say what it is, for example --encoding latin-1"
                ) from fault
            else:
                if row:  # an empty line is no row
                    yield first_line, row

    def _rejection(self, fault: csv.Error, first_line: int) -> LeadRejected:
        if "end of data" in str(fault):
            raise unclosed_quote(self.name, first_line) from fault
        if "field limit" in str(fault):
            return LeadRejected(f"a field is longer than {MAX_FIELD_CHARACTERS:,} characters")
        return LeadRejected(f"is not CSV: {fault}")


@contextmanager
def open_csv(path: Path, *, encoding: str | None = None, delimiter: str = ",") -> Iterator[CsvFile]:
    """Open the file as UTF-8, as its byte order mark says, or as the caller says; never guess."""
    try:
        text = path.open(newline="", encoding=encoding or _encoding_of(path))
    except OSError as fault:
        raise FileRefused(f"{path}: {fault.strerror}") from fault
    previous_limit = csv.field_size_limit(MAX_FIELD_CHARACTERS)
    try:
        with text:
            yield CsvFile(text, path.name, delimiter)
    finally:
        csv.field_size_limit(previous_limit)


def _encoding_of(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(4)
    return next((name for bom, name in BOMS.items() if start.startswith(bom)), "utf-8")
