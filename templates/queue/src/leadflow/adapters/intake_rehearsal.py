"""An intake that only counts. Holds 24 bytes per lead, in a temporary folder, and adds nothing.

Leads are dealt by digest into partitions small enough to look through in memory, one at a time:
an index over all of them would take three times as long.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from leadflow.adapters.database import Database, marks
from leadflow.domain.intake import IntakeCount, NumberedLead, Repeat

__all__ = ["IntakeRehearsal", "rehearse_intake"]

PARTITIONS = 64
ENTRY = struct.Struct(">16sQ")  # digest, line
KNOWN = "SELECT lead_id FROM lead WHERE lead_id IN ({lead_ids})"


class IntakeRehearsal:
    """Tells known leads at once, and duplicates at the end."""

    def __init__(self, files: Sequence[BinaryIO], ledger: Database) -> None:
        self._files = files
        self._ledger = ledger

    async def add(self, leads: Sequence[NumberedLead]) -> list[Repeat]:
        known = self._known(leads)
        partitions: list[list[bytes]] = [[] for _ in self._files]
        for line, lead in leads:
            if lead.lead_id not in known:
                digest = bytes.fromhex(lead.lead_id[5:])
                partitions[digest[0] % PARTITIONS].append(ENTRY.pack(digest, line))
        for file, entries in zip(self._files, partitions, strict=True):
            file.write(b"".join(entries))
        return [Repeat(line, is_known=True) for line, lead in leads if lead.lead_id in known]

    def late_repeats(self) -> Iterator[Repeat]:
        for file in self._files:
            file.seek(0)
            first_lines: dict[bytes, int] = {}
            for digest, line in ENTRY.iter_unpack(file.read()):
                first_line = first_lines.setdefault(digest, line)
                if first_line != line:
                    yield Repeat(line, first_line=first_line)

    async def finish(self, count: IntakeCount) -> None:
        """Leave nothing behind."""

    def _known(self, leads: Sequence[NumberedLead]) -> set[str]:
        lead_ids = [lead.lead_id for _, lead in leads]
        query = KNOWN.format(lead_ids=marks(lead_ids))
        return {lead_id for (lead_id,) in self._ledger.execute(query, lead_ids)}


@contextmanager
def rehearse_intake(ledger: Database) -> Iterator[IntakeRehearsal]:
    """Open a rehearsal; its temporary folder goes when it ends."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="leadflow-")))
        names = (folder / f"{number}" for number in range(PARTITIONS))
        yield IntakeRehearsal([stack.enter_context(name.open("wb+")) for name in names], ledger)
