"""CSV files, written whole or not at all: a draft is synced to the disk, then takes its name."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from leadflow.domain.errors import FileRefused
from leadflow.domain.spreadsheet import ExportRules, escape

__all__ = ["CsvExport", "LineReportFile", "export_paths", "line_report", "write_export"]


class LineReportFile:
    """One line per line that was not taken: its number, the verdict, the reason."""

    def __init__(self, text: TextIO) -> None:
        self._writer = csv.writer(text)
        self._writer.writerow(["line", "verdict", "reason"])
        self.lines = 0

    def write(self, line: int, verdict: str, reason: str) -> None:
        self._writer.writerow([line, verdict, reason])
        self.lines += 1


@contextmanager
def line_report(path: Path) -> Iterator[LineReportFile]:
    """Open a report that takes its name when the block ends well."""
    with _draft(path) as text:
        yield LineReportFile(text)


class CsvExport:
    """One file for Clay's importer."""

    def __init__(self, text: TextIO, columns: Sequence[str], rules: ExportRules) -> None:
        self._text = text
        self._writer = csv.writer(text)
        self._columns = columns
        self._rules = rules
        self._writer.writerow(columns)

    def write(self, row: Mapping[str, str]) -> None:
        self._writer.writerow(
            [escape(row.get(name, ""), name, self._rules) for name in self._columns]
        )

    def finish(self) -> None:
        _put_on_disk(self._text)


@contextmanager
def write_export(path: Path, columns: Sequence[str], rules: ExportRules) -> Iterator[CsvExport]:
    """Open an export that takes its name when the block ends well."""
    with _draft(path) as text:
        yield CsvExport(text, columns, rules)


def export_paths(output: Path, count: int) -> list[Path]:
    """Name the files: leads.csv, or leads-1.csv, leads-2.csv ...; none of them may exist."""
    numbers = range(1, count + 1)
    names = [output.with_name(f"{output.stem}-{n}{output.suffix}") for n in numbers]
    if count == 1:
        names = [output]
    for path in names:
        if path.exists():
            raise FileRefused(f"{path} exists; name another file with --output")
    return names


@contextmanager
def _draft(path: Path) -> Iterator[TextIO]:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f"{path.name}.part")
    opened = os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    try:
        with open(opened, "w", newline="", encoding="utf-8") as text:  # noqa: PTH123 - a descriptor
            yield text
            _put_on_disk(text)
        draft.replace(path)
        _sync_folder(path.parent)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def _put_on_disk(text: TextIO) -> None:
    """Sync and close, once: many drafts may wait for their names at a time."""
    if not text.closed:
        text.flush()
        os.fsync(text.fileno())
        text.close()


def _sync_folder(folder: Path) -> None:
    """Make the new name durable; where a folder cannot be opened, the system does it."""
    try:
        opened = os.open(folder, os.O_RDONLY)
    except PermissionError:
        return
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
