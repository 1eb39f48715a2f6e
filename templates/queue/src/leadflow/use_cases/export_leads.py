"""The csv transport: waiting leads into files for Clay's importer, then they count as sent.

Every file is a draft on the disk before the ledger records the export and marks its leads, in one
transaction; then the files take their names. Killed before, the leads wait; killed after, the
export is half written, and the ledger holds all that is needed to finish it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Protocol

from leadflow.domain.ledger import State
from leadflow.use_cases.send_lead import WaitingLead

__all__ = [
    "WAITING_ONLY",
    "Export",
    "ExportLedger",
    "OpenExport",
    "RowWriter",
    "export_leads",
    "write_again",
]

ROWS_BETWEEN_BREATHS = 10_000
WAITING_ONLY = (State.WAITING,)


@dataclass(frozen=True, slots=True)
class Export:
    """One set of files, as the ledger recorded it."""

    export_id: int
    paths: tuple[Path, ...]
    rows_per_file: int


class RowWriter(Protocol):
    """One draft."""

    def write(self, row: Mapping[str, str]) -> None:
        """Write one row."""

    def finish(self) -> None:
        """Put all rows on the disk and close the draft."""


class ExportLedger(Protocol):
    """Where leads are found, and which export they went into."""

    def waiting(self, states: Sequence[State]) -> Iterator[WaitingLead]:
        """Give all leads in these states in file order."""

    def leads_of(self, export: Export) -> Iterator[WaitingLead]:
        """Give the leads of an earlier export, in the order of its files."""

    async def record(
        self,
        paths: Sequence[Path],
        *,
        rows_per_file: int,
        count: int,
        states: Sequence[State],
        now: float,
    ) -> int:
        """Count the first so many leads in these states as sent, in these files."""

    async def finish(self, export_id: int, *, now: float) -> None:
        """Keep that all files of the export have their names."""


# Yields a draft, which takes its name when the block ends well.
OpenExport = Callable[[Path], AbstractContextManager[RowWriter]]


async def export_leads(
    paths: Sequence[Path],
    *,
    rows_per_file: int,
    count: int,
    open_export: OpenExport,
    ledger: ExportLedger,
    now: Callable[[], float],
    states: Sequence[State] = WAITING_ONLY,
) -> None:
    """Write the first `count` leads in these states; all files get their names, or none."""
    leads = islice(ledger.waiting(states), count)
    with ExitStack() as drafts:
        for path in paths:
            file = drafts.enter_context(open_export(path))
            await _fill(file, islice(leads, rows_per_file))
        export_id = await ledger.record(
            paths, rows_per_file=rows_per_file, count=count, states=states, now=now()
        )
    await ledger.finish(export_id, now=now())


async def write_again(
    export: Export, *, open_export: OpenExport, ledger: ExportLedger, now: Callable[[], float]
) -> list[Path]:
    """Write those files of an export that are not there; a file that has its name is complete."""
    leads = ledger.leads_of(export)
    written = []
    for path in export.paths:
        part = islice(leads, export.rows_per_file)
        if path.exists():
            for _ in part:
                pass
            continue
        with open_export(path) as file:
            await _fill(file, part)
        written.append(path)
    await ledger.finish(export.export_id, now=now())
    return written


async def _fill(file: RowWriter, leads: Iterator[WaitingLead]) -> None:
    for number, lead in enumerate(leads, start=1):
        file.write({**lead.fields, "lead_id": lead.lead_id})
        if number % ROWS_BETWEEN_BREATHS == 0:
            await asyncio.sleep(0)  # a Ctrl-C is heard
    file.finish()
