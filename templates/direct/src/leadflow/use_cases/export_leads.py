"""The csv transport: waiting leads into files for Clay's importer, then they count as sent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from itertools import islice
from pathlib import Path
from typing import Protocol

from leadflow.use_cases.send_lead import WaitingLead

__all__ = ["ExportLedger", "OpenExport", "RowWriter", "export_leads"]

ROWS_BETWEEN_BREATHS = 10_000


class RowWriter(Protocol):
    """One open file."""

    def write(self, row: Mapping[str, str]) -> None:
        """Write one row."""


class ExportLedger(Protocol):
    """Where waiting leads are found, and marked when they are in a file."""

    def waiting(self) -> Iterator[WaitingLead]:
        """Give all waiting leads in file order."""

    async def mark_exported(self, count: int, *, now: float) -> None:
        """Count the first so many waiting leads as sent."""


OpenExport = Callable[[Path], AbstractContextManager[RowWriter]]


async def export_leads(
    paths: Sequence[Path],
    *,
    rows_per_file: int,
    count: int,
    open_export: OpenExport,
    ledger: ExportLedger,
    now: Callable[[], float],
) -> None:
    """Write the first `count` waiting leads; marked only when every file is on the disk."""
    leads = islice(ledger.waiting(), count)
    for path in paths:
        with open_export(path) as file:
            await _fill(file, islice(leads, rows_per_file))
    await ledger.mark_exported(count, now=now())


async def _fill(file: RowWriter, leads: Iterator[WaitingLead]) -> None:
    for number, lead in enumerate(leads, start=1):
        file.write({"lead_id": lead.lead_id, **lead.fields})
        if number % ROWS_BETWEEN_BREATHS == 0:
            await asyncio.sleep(0)  # a Ctrl-C is heard
